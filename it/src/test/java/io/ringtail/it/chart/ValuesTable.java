package io.ringtail.it.chart;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * The table of values in the chart's README, made of {@code values.yaml}: a comment that begins
 * with {@code --} describes the key below it, and all of it if nothing within has one.
 */
final class ValuesTable {
  private static final Pattern KEY = Pattern.compile("^( *)([A-Za-z_][A-Za-z0-9_.-]*):(?: .*)?$");
  private static final Pattern DESCRIPTION = Pattern.compile("^ *# -- (.*)$");
  private static final int LONGEST_DEFAULT = 60;

  private final Map<String, String> described = new LinkedHashMap<>();

  /**
   * One row.
   *
   * @param key dotted
   * @param otherwise default, as YAML on one line
   * @param text empty if nothing is said of it
   */
  record Row(String key, String otherwise, String text) {}

  private record Open(int indent, String path) {}

  private ValuesTable(String text) {
    Deque<Open> open = new ArrayDeque<>();
    String pending = "";
    for (String line : text.split("\n", -1)) {
      Matcher description = DESCRIPTION.matcher(line);
      Matcher key = KEY.matcher(line);
      if (description.matches()) {
        pending = description.group(1);
      } else if (key.matches()) {
        String path = path(open, key.group(1).length(), key.group(2));
        if (!pending.isEmpty()) {
          described.put(path, pending);
        }
        pending = "";
      }
    }
  }

  private static String path(Deque<Open> open, int indent, String name) {
    while (!open.isEmpty() && open.peek().indent >= indent) {
      open.pop();
    }
    Open above = open.peek();
    String path = above == null ? name : above.path + "." + name;
    open.push(new Open(indent, path));
    return path;
  }

  /** The rows of a values file, in its order. */
  static List<Row> rows(String text) {
    Map<String, Row> rows = new LinkedHashMap<>();
    new ValuesTable(text).add("", Yaml.read(text), rows);
    return List.copyOf(rows.values());
  }

  private void add(String path, @Nullable Object value, Map<String, Row> rows) {
    boolean whole = described.containsKey(path) && !describedWithin(path);
    if (!whole && value instanceof Map<?, ?> map && !map.isEmpty()) {
      map.forEach(
          (key, of) -> add(path.isEmpty() ? String.valueOf(key) : path + "." + key, of, rows));
    } else {
      rows.put(path, new Row(path, shown(value), described.getOrDefault(path, "")));
    }
  }

  private boolean describedWithin(String path) {
    return described.keySet().stream().anyMatch(key -> key.startsWith(path + "."));
  }

  private static String shown(@Nullable Object value) {
    String text =
        value instanceof String s
            ? s.isEmpty() ? "\"\"" : s
            : new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.FLOW).build())
                .dumpToString(value)
                .strip();
    return text.length() > LONGEST_DEFAULT ? "see values.yaml" : "`" + text + "`";
  }

  /** As Markdown. */
  static String markdown(String text) {
    return rows(text).stream()
        .map(row -> "| `%s` | %s | %s |\n".formatted(row.key, row.otherwise, row.text))
        .collect(Collectors.joining("", "| value | default | what it does |\n|---|---|---|\n", ""));
  }
}
