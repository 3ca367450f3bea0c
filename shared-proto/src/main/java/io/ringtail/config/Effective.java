package io.ringtail.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What is in effect of one mapping, in the order in which it was read, and how it is printed:
 * durations as in the file, secrets masked wherever their keys or URLs tell of them. Threads: one.
 */
final class Effective {
  private static final Pattern SECRET =
      Pattern.compile("(?i).*(authorization|token|secret|password|api[-_]?key|credential).*");
  private static final Pattern URL = Pattern.compile("(?i)(endpoints?|url)");
  private static final Pattern HEADERS = Pattern.compile("(?i)headers");
  private static final String MASK = "****";

  private final Map<String, Object> values = new LinkedHashMap<>();

  /**
   * @param value a section, a list, a map, a duration or what is printed as it is
   */
  void put(String key, Object value) {
    values.put(key, value);
  }

  /** There is a value, which is never printed. */
  void putMasked(String key) {
    values.put(key, MASK);
  }

  /** A new map, for YAML. */
  Map<String, Object> printed() {
    Map<String, Object> out = new LinkedHashMap<>();
    values.forEach((key, value) -> out.put(key, printed(key, value)));
    return out;
  }

  /** One value for YAML. */
  static Object printed(String key, Object value) {
    if (value instanceof ConfigSection section) {
      return section.effective();
    }
    if (value instanceof List<?> list) {
      List<Object> out = new ArrayList<>(); // never shared, or YAML makes an alias of it
      list.forEach(item -> out.add(printed(key, item)));
      return out;
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> out = new LinkedHashMap<>();
      boolean secret = HEADERS.matcher(key).matches();
      map.forEach(
          (k, v) -> out.put(String.valueOf(k), secret ? MASK : printed(String.valueOf(k), v)));
      return out;
    }
    if (value instanceof String text) {
      return printedText(key, text);
    }
    return value instanceof Duration d ? DurationText.print(d) : value;
  }

  private static String printedText(String key, String text) {
    if (SECRET.matcher(key).matches()) {
      return MASK;
    }
    return URL.matcher(key).matches() ? SafeUrl.of(text) : SafeUrl.withoutUserInfo(text);
  }
}
