package io.ringtail.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ShopTest {
  private static final long SEED = 7;
  private static final long NOW = 1_700_000_000_000_000_000L;

  private static List<Span> spansOf(List<ResourceSpans> visit) {
    return visit.stream()
        .flatMap(r -> r.getScopeSpans(0).getSpansList().stream())
        .collect(Collectors.toList());
  }

  @Test
  void visit_any_isOneWholeTrace() {
    Shop shop = new Shop(SEED);
    for (int i = 0; i < 200; i++) {
      List<Span> spans = spansOf(shop.visit(NOW));
      Set<ByteString> ids = spans.stream().map(Span::getSpanId).collect(Collectors.toSet());

      assertThat(spans).hasSizeGreaterThan(5);
      assertThat(ids).hasSize(spans.size());
      assertThat(spans.stream().map(Span::getTraceId).distinct()).hasSize(1);
      assertThat(spans).filteredOn(s -> s.getParentSpanId().isEmpty()).hasSize(1);
      assertThat(spans)
          .allMatch(s -> s.getParentSpanId().isEmpty() || ids.contains(s.getParentSpanId()))
          .allMatch(s -> s.getStartTimeUnixNano() <= s.getEndTimeUnixNano())
          .allMatch(s -> s.getEndTimeUnixNano() <= NOW);
    }
  }

  @Test
  void visits_many_someFailAndSomeAreSlow() {
    Shop shop = new Shop(SEED);
    List<Span> roots = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      roots.addAll(
          spansOf(shop.visit(NOW)).stream().filter(s -> s.getParentSpanId().isEmpty()).toList());
    }

    assertThat(roots)
        .filteredOn(s -> s.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR)
        .hasSizeBetween(20, 80);
    assertThat(roots)
        .filteredOn(s -> s.getEndTimeUnixNano() - s.getStartTimeUnixNano() > 1_000_000_000L)
        .hasSizeBetween(10, 60);
  }
}
