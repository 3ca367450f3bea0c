package io.ringtail.cli.waterfall;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts the spans of one trace in the order of a tree: parents before children, siblings by start. A
 * span whose parent is not there is a root; spans that are their own ancestors are drawn once.
 */
final class SpanTree {
  private final List<Placed> spans = new ArrayList<>();
  private final Map<ByteString, List<Placed>> children = new HashMap<>();
  private final Set<Integer> drawn = new HashSet<>();
  private final List<SpanLine> lines = new ArrayList<>();

  private record Placed(int index, Span span, String service) {}

  private record Visit(Placed placed, int depth) {}

  private SpanTree(TracesData trace) {
    for (ResourceSpans resource : trace.getResourceSpansList()) {
      String service = serviceOf(resource.getResource());
      resource.getScopeSpansList().stream()
          .flatMap(scope -> scope.getSpansList().stream())
          .forEach(span -> spans.add(new Placed(spans.size(), span, service)));
    }
    spans.sort(Comparator.comparingLong(p -> p.span().getStartTimeUnixNano()));
    for (Placed placed : spans) {
      children
          .computeIfAbsent(placed.span().getParentSpanId(), id -> new ArrayList<>())
          .add(placed);
    }
  }

  static List<SpanLine> linesOf(TracesData trace) {
    return new SpanTree(trace).walk();
  }

  private List<SpanLine> walk() {
    Set<ByteString> present = new HashSet<>();
    spans.forEach(p -> present.add(p.span().getSpanId()));
    spans.stream()
        .filter(p -> !present.contains(p.span().getParentSpanId()))
        .forEach(this::descend);
    spans.forEach(this::descend); // those in circles
    return lines;
  }

  private void descend(Placed root) {
    Deque<Visit> open = new ArrayDeque<>();
    open.push(new Visit(root, 0));
    while (!open.isEmpty()) {
      Visit visit = open.pop();
      if (drawn.add(visit.placed().index())) {
        lines.add(line(visit));
        List<Placed> below = children.getOrDefault(visit.placed().span().getSpanId(), List.of());
        for (int i = below.size() - 1; i >= 0; i--) {
          open.push(new Visit(below.get(i), visit.depth() + 1));
        }
      }
    }
  }

  private static SpanLine line(Visit visit) {
    Span span = visit.placed().span();
    return new SpanLine(
        visit.placed().service(),
        span.getName(),
        visit.depth(),
        span.getStartTimeUnixNano(),
        Math.max(span.getStartTimeUnixNano(), span.getEndTimeUnixNano()),
        span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR,
        span.getStatus().getMessage());
  }

  private static String serviceOf(Resource resource) {
    return resource.getAttributesList().stream()
        .filter(a -> a.getKey().equals("service.name"))
        .map(a -> a.getValue().getStringValue())
        .findFirst()
        .orElse("?");
  }
}
