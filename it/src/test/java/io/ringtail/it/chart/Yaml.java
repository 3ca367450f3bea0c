package io.ringtail.it.chart;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** YAML as plain maps and lists. */
final class Yaml {
  private Yaml() {}

  static Object read(String text) {
    return new Load(LoadSettings.builder().build()).loadFromString(text);
  }

  static String print(Object tree) {
    return new Dump(DumpSettings.builder().build()).dumpToString(tree);
  }

  /** As Helm lays values over others: maps are merged, null takes away, all else is replaced. */
  static Map<Object, Object> merged(Map<?, ?> under, Map<?, ?> over) {
    Map<Object, Object> out = new LinkedHashMap<>(under);
    over.forEach((key, value) -> out.compute(key, (k, below) -> merged(below, value)));
    return out;
  }

  private static @Nullable Object merged(@Nullable Object below, @Nullable Object above) {
    return below instanceof Map<?, ?> under && above instanceof Map<?, ?> over
        ? merged(under, over)
        : above;
  }

  /**
   * All leaves by dotted path. An empty map is a leaf, and so is every list.
   *
   * @param tree maps within maps
   */
  static Map<String, Object> leaves(Map<?, ?> tree) {
    Map<String, Object> out = new TreeMap<>();
    leaves("", tree, out);
    return out;
  }

  private static void leaves(String path, Map<?, ?> tree, Map<String, Object> out) {
    tree.forEach(
        (key, value) -> {
          String at = path.isEmpty() ? key.toString() : path + "." + key;
          if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            leaves(at, map, out);
          } else {
            out.put(at, value);
          }
        });
  }

  /** What stands at a path of keys and list indices; fails if nothing does. */
  static Object at(Object tree, Object... path) {
    Object at = tree;
    for (Object step : path) {
      Object next =
          step instanceof Integer index
              ? ((List<?>) at).get(index)
              : at instanceof Map<?, ?> map ? map.get(step) : null;
      if (next == null) {
        throw new AssertionError("nothing at " + List.of(path) + " in " + tree);
      }
      at = next;
    }
    return at;
  }
}
