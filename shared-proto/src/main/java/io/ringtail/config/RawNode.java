package io.ringtail.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A YAML node as maps, lists and scalars, for printing blocks that were not read. */
final class RawNode {
  private static final int MAX_DEPTH = 50;

  private RawNode() {}

  static Object toObject(Node node) {
    return toObject(node, 0);
  }

  private static Object toObject(Node node, int depth) {
    if (depth > MAX_DEPTH) {
      return "...";
    }
    if (node instanceof MappingNode mapping) {
      Map<String, Object> out = new LinkedHashMap<>();
      for (NodeTuple entry : mapping.getValue()) {
        String key = entry.getKeyNode() instanceof ScalarNode k ? k.getValue() : "?";
        out.put(key, toObject(entry.getValueNode(), depth + 1));
      }
      return out;
    }
    if (node instanceof SequenceNode sequence) {
      List<Object> out = new ArrayList<>();
      sequence.getValue().forEach(item -> out.add(toObject(item, depth + 1)));
      return out;
    }
    return node instanceof ScalarNode scalar ? scalarOf(scalar) : "";
  }

  private static Object scalarOf(ScalarNode node) {
    if (node.getTag().equals(Tag.INT)) {
      return Scalars.wholeNumber(node.getValue()).<Object>map(v -> v).orElse(node.getValue());
    }
    if (node.getTag().equals(Tag.FLOAT)) {
      return Scalars.number(node.getValue()).<Object>map(v -> v).orElse(node.getValue());
    }
    if (node.getTag().equals(Tag.BOOL)) {
      return Scalars.truth(node.getValue()).<Object>map(v -> v).orElse(node.getValue());
    }
    return node.getValue();
  }
}
