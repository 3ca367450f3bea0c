package io.ringtail.it.kubelet;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A manifest or a part of it, as it was rendered. What is absent reads as empty.
 *
 * @param value a map, a list, a scalar or null
 */
public record Manifest(@Nullable Object value) {
  /** All documents of a text. */
  public static List<Manifest> parse(String yaml) {
    Load load = new Load(LoadSettings.builder().build());
    return StreamSupport.stream(load.loadAllFromString(yaml).spliterator(), false)
        .filter(document -> document != null)
        .map(Manifest::new)
        .toList();
  }

  /** What lies at the end of these keys. */
  public Manifest at(String... keys) {
    Object at = value;
    for (String key : keys) {
      at = at instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return new Manifest(at);
  }

  public boolean isThere() {
    return value != null;
  }

  /** The scalar as text; empty if absent. */
  public String text() {
    return value == null ? "" : value.toString();
  }

  public int number(int otherwise) {
    return value instanceof Number n ? n.intValue() : otherwise;
  }

  public List<Manifest> items() {
    return value instanceof List<?> list ? list.stream().map(Manifest::new).toList() : List.of();
  }

  public List<String> texts() {
    return items().stream().map(Manifest::text).toList();
  }

  /** Keys with the text of their values, in order. */
  public Map<String, String> entries() {
    Map<String, String> entries = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, v) -> entries.put(String.valueOf(key), v == null ? "" : v.toString()));
    }
    return entries;
  }

  public String kind() {
    return at("kind").text();
  }

  public String name() {
    return at("metadata", "name").text();
  }

  /** Whether labels contain all of a selector. */
  static boolean selects(Map<String, String> selector, Map<String, String> labels) {
    return !selector.isEmpty() && labels.entrySet().containsAll(selector.entrySet());
  }
}
