package io.ringtail.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TraceMakerTest {
  private static final long NOW = 1_700_000_000_000_000_000L;
  private static final KeyValue TIER = new AttributeWord().convert("tier=gold");

  private static List<SentTrace> make(int traces, int spans) {
    Duration second = Duration.ofSeconds(1);
    ProbePlan plan = new ProbePlan(traces, spans, second, second, second, false, List.of(TIER));
    return new TraceMaker(plan, new Random(1)).make("run-1", NOW);
  }

  @Test
  void trace_any_isATreeThatTakes30SecondsUntilNowWithOneError() {
    for (int spans = 2; spans < 20; spans++) {
      SentTrace trace = make(1, spans).get(0);
      Map<ByteString, Span> seen = new HashMap<>();
      int errors = 0;
      for (SentSpan sent : trace.spans()) {
        Span span = sent.span();
        assertThat(seen.isEmpty()).isEqualTo(span.getParentSpanId().isEmpty());
        assertThat(seen.isEmpty() || seen.containsKey(span.getParentSpanId())).isTrue();
        assertThat(SentSpan.hex(span.getTraceId())).isEqualTo(trace.id().toString());
        errors += span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR ? 1 : 0;
        assertThat(seen.put(span.getSpanId(), span)).isNull();
      }
      Span root = trace.spans().get(0).span();
      assertThat(root.getEndTimeUnixNano()).isEqualTo(NOW);
      assertThat(root.getStartTimeUnixNano()).isEqualTo(NOW - 30_000_000_000L);
      assertThat(seen.values())
          .allSatisfy(
              span ->
                  assertThat(span.getEndTimeUnixNano())
                      .isBetween(span.getStartTimeUnixNano() + 1, NOW));
      assertThat(errors).isEqualTo(1);
    }
  }

  @Test
  void span_any_carriesMarkerRunAndWantedAttributes() {
    for (SentTrace trace : make(3, 5)) {
      for (SentSpan sent : trace.spans()) {
        List<KeyValue> attributes = sent.span().getAttributesList();
        assertThat(attributes.get(0).getKey()).isEqualTo("ringtail.probe");
        assertThat(attributes.get(0).getValue().getBoolValue()).isTrue();
        assertThat(attributes.get(1).getKey()).isEqualTo("ringtail.probe.run");
        assertThat(attributes.get(1).getValue().getStringValue()).isEqualTo("run-1");
        assertThat(attributes.get(2)).isEqualTo(TIER);
      }
    }
  }

  @Test
  void traces_ofARun_haveIdsOfTheirOwn() {
    assertThat(make(50, 3).stream().map(SentTrace::id)).doesNotHaveDuplicates();
  }
}
