package io.ringtail.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * The entries of one mapping, as they stand in the file or are merged into it. What is no entry is
 * a problem of the file. Threads: one.
 */
final class Entries {
  private final ConfigFile file;
  private final String path;
  private final Map<String, NodeTuple> entries = new LinkedHashMap<>();

  /**
   * @param path dotted keys from the root to the mapping; empty for the root
   */
  Entries(ConfigFile file, String path, @Nullable MappingNode mapping) {
    this.file = file;
    this.path = path;
    if (mapping != null) {
      read(mapping);
    }
  }

  private void read(MappingNode mapping) {
    List<Node> merged = new ArrayList<>();
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        file.report(entry.getKeyNode(), path, "a key must be a plain text");
      } else if (key.getValue().equals("<<") && key.isPlain()) {
        merged.add(entry.getValueNode());
      } else if (entries.putIfAbsent(key.getValue(), entry) != null) {
        file.report(key, path(key.getValue()), "is there twice");
      }
    }
    merged.forEach(this::merge);
  }

  /** {@code <<: *anchor}, not of YAML 1.2 but in many Collector files: own keys win. */
  private void merge(Node node) {
    if (node instanceof SequenceNode several) {
      several.getValue().forEach(this::merge);
    } else if (node instanceof MappingNode mapping) {
      for (NodeTuple entry : mapping.getValue()) {
        if (entry.getKeyNode() instanceof ScalarNode key) {
          entries.putIfAbsent(key.getValue(), entry);
        }
      }
    } else {
      file.report(node, path("<<"), shown(node) + " (expected a mapping to merge)");
    }
  }

  /** In the order of the file. */
  Set<String> keys() {
    return entries.keySet();
  }

  /** The value of a key; null if it has none. */
  @Nullable Node value(String key) {
    NodeTuple entry = entries.get(key);
    Node value = entry == null ? null : entry.getValueNode();
    return value == null || value.getTag().equals(Tag.NULL) ? null : value;
  }

  /** Dotted keys from the root to a key. */
  String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Reports the keys that are none of these. */
  void reportUnknown(Set<String> known) {
    List<String> names = known.stream().sorted().toList();
    entries.forEach(
        (key, entry) -> {
          if (!known.contains(key)) {
            file.report(entry.getKeyNode(), path(key), unknown(key, names));
          }
        });
  }

  private static String unknown(String key, List<String> names) {
    if (names.isEmpty()) {
      return "unknown key";
    }
    String meant = Nearest.to(key, names).map(n -> ", did you mean " + n + "?").orElse("");
    return "unknown key (known: " + String.join(", ", names) + ")" + meant;
  }

  /** A value for a message: a text itself, or what it is instead. */
  static String shown(Node node) {
    if (node instanceof ScalarNode scalar) {
      return "\"" + scalar.getValue() + "\"";
    }
    return node instanceof MappingNode ? "a mapping" : "a list";
  }
}
