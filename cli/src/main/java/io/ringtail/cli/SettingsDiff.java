package io.ringtail.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * In what two effective settings differ, key by key.
 *
 * @param left where the left ones are from
 * @param right where the right ones are from
 * @param onlyLeft top sections that the right does not have, such as the other tier's
 * @param onlyRight likewise
 */
record SettingsDiff(
    String left,
    String right,
    List<Difference> differences,
    Set<String> onlyLeft,
    Set<String> onlyRight) {
  private static final String NOT_SET = "(not set)";

  /**
   * @param left null if the key is not set there
   * @param right likewise
   */
  record Difference(String key, @Nullable String left, @Nullable String right) {}

  /** Compares two YAML documents, whose comments do not count. */
  static SettingsDiff of(String left, String leftYaml, String right, String rightYaml) {
    Map<?, ?> leftTree = parsed(leftYaml);
    Map<?, ?> rightTree = parsed(rightYaml);
    Map<String, String> lefts = new TreeMap<>();
    Map<String, String> rights = new TreeMap<>();
    leftTree.forEach((section, value) -> flatten(String.valueOf(section), value, lefts));
    rightTree.forEach((section, value) -> flatten(String.valueOf(section), value, rights));
    Set<String> onlyLeft = missing(leftTree, rightTree);
    Set<String> onlyRight = missing(rightTree, leftTree);
    Set<String> keys = new TreeSet<>(lefts.keySet());
    keys.addAll(rights.keySet());
    List<Difference> differences = new ArrayList<>();
    for (String key : keys) {
      String a = lefts.get(key);
      String b = rights.get(key);
      String section = key.split("[.\\[]", 2)[0];
      if (!onlyLeft.contains(section)
          && !onlyRight.contains(section)
          && !String.valueOf(a).equals(String.valueOf(b))) {
        differences.add(new Difference(key, a, b));
      }
    }
    return new SettingsDiff(left, right, differences, onlyLeft, onlyRight);
  }

  private static Map<?, ?> parsed(String yaml) {
    Object tree = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    return tree instanceof Map<?, ?> map ? map : Map.of();
  }

  private static Set<String> missing(Map<?, ?> from, Map<?, ?> in) {
    Set<String> missing = new TreeSet<>();
    from.keySet().stream()
        .filter(section -> !in.containsKey(section))
        .forEach(section -> missing.add(String.valueOf(section)));
    return missing;
  }

  private static void flatten(String key, @Nullable Object value, Map<String, String> out) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, child) -> flatten(key + "." + name, child, out));
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        flatten(key + "[" + i + "]", list.get(i), out);
      }
    } else {
      out.put(key, String.valueOf(value));
    }
  }

  boolean isEmpty() {
    return differences.isEmpty();
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (Difference d : differences) {
      lines.add(d.key());
      lines.add("  " + left + ": " + orNotSet(d.left()));
      lines.add("  " + right + ": " + orNotSet(d.right()));
    }
    return lines;
  }

  private static String orNotSet(@Nullable String value) {
    return value == null ? NOT_SET : value;
  }

  /** What was not compared, and that nothing differs. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (!onlyLeft.isEmpty()) {
      notes.add("only " + left + " has " + String.join(", ", onlyLeft));
    }
    if (!onlyRight.isEmpty()) {
      notes.add("only " + right + " has " + String.join(", ", onlyRight));
    }
    if (isEmpty()) {
      notes.add("no setting that both have differs");
    }
    return notes;
  }

  Map<String, @Nullable Object> tree() {
    List<@Nullable Object> entries = new ArrayList<>();
    for (Difference d : differences) {
      Map<String, @Nullable Object> entry = new LinkedHashMap<>();
      entry.put("key", d.key());
      entry.put("left", d.left());
      entry.put("right", d.right());
      entries.add(entry);
    }
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("left", left);
    tree.put("right", right);
    tree.put("differences", entries);
    tree.put("only_left", List.copyOf(onlyLeft));
    tree.put("only_right", List.copyOf(onlyRight));
    return tree;
  }
}
