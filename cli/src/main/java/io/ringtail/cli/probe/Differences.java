package io.ringtail.cli.probe;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What of a span came out other than it was sent. What was added on the way is no difference:
 * Collectors add attributes. Pure.
 */
final class Differences {
  private Differences() {}

  /**
   * @param came the resource a span came with; one scope, one span
   * @return names of what differs, such as {@code status} and {@code attributes.k}; empty if none
   */
  static List<String> between(SentSpan sent, ResourceSpans came) {
    List<String> found = new ArrayList<>();
    Span was = sent.span();
    Span is = came.getScopeSpans(0).getSpans(0);
    note(found, "parent", was.getParentSpanId().equals(is.getParentSpanId()));
    note(found, "name", was.getName().equals(is.getName()));
    note(found, "kind", was.getKind() == is.getKind());
    note(found, "start", was.getStartTimeUnixNano() == is.getStartTimeUnixNano());
    note(found, "end", was.getEndTimeUnixNano() == is.getEndTimeUnixNano());
    note(found, "status", was.getStatus().equals(is.getStatus()));
    attributes(found, "attributes.", was.getAttributesList(), is.getAttributesList());
    Resource resource = came.getResource();
    attributes(
        found, "resource.", sent.ofService().getAttributesList(), resource.getAttributesList());
    String scope = sent.resource().getScopeSpans(0).getScope().getName();
    note(found, "scope", scope.equals(came.getScopeSpans(0).getScope().getName()));
    return found;
  }

  private static void attributes(
      List<String> found, String prefix, List<KeyValue> was, List<KeyValue> is) {
    Map<String, AnyValue> byKey = new HashMap<>();
    is.forEach(attribute -> byKey.put(attribute.getKey(), attribute.getValue()));
    for (KeyValue sent : was) {
      note(found, prefix + sent.getKey(), sent.getValue().equals(byKey.get(sent.getKey())));
    }
  }

  private static void note(List<String> found, String name, boolean same) {
    if (!same) {
      found.add(name);
    }
  }
}
