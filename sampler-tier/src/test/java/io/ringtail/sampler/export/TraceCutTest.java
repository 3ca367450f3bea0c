package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import io.ringtail.sampler.export.TraceCut.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TraceCutTest {
  private final Random random = new Random(42);

  /** A span beside all it stands under. */
  private record Placed(
      Resource resource, String resourceUrl, InstrumentationScope scope, String url, Span span) {}

  private TracesData trace(int resources, int scopes, int spans) {
    TracesData.Builder trace = TracesData.newBuilder();
    for (int r = 0; r < resources; r++) {
      ResourceSpans.Builder resource =
          ResourceSpans.newBuilder().setResource(resource(r)).setSchemaUrl("url-" + r);
      for (int s = 0; s < scopes; s++) {
        ScopeSpans.Builder scope = ScopeSpans.newBuilder().setSchemaUrl("scope-url-" + s);
        scope.setScope(InstrumentationScope.newBuilder().setName("scope-" + s));
        for (int i = 0; i < spans; i++) {
          scope.addSpans(span());
        }
        resource.addScopeSpans(scope);
      }
      trace.addResourceSpans(resource);
    }
    return trace.build();
  }

  private static Resource resource(int number) {
    AnyValue name = AnyValue.newBuilder().setStringValue("service-" + number).build();
    return Resource.newBuilder()
        .addAttributes(KeyValue.newBuilder().setKey("service.name").setValue(name))
        .build();
  }

  private Span span() {
    byte[] id = new byte[8];
    random.nextBytes(id);
    return Span.newBuilder()
        .setSpanId(ByteString.copyFrom(id))
        .setName("n".repeat(random.nextInt(200)))
        .build();
  }

  private static List<Placed> placed(TracesData trace) {
    List<Placed> out = new ArrayList<>();
    for (ResourceSpans r : trace.getResourceSpansList()) {
      for (ScopeSpans s : r.getScopeSpansList()) {
        for (Span span : s.getSpansList()) {
          out.add(
              new Placed(r.getResource(), r.getSchemaUrl(), s.getScope(), s.getSchemaUrl(), span));
        }
      }
    }
    return out;
  }

  @Test
  void pieces_keepEverySpanInOrderUnderItsHeaders() throws Exception {
    for (int round = 0; round < 50; round++) {
      TracesData trace =
          trace(1 + random.nextInt(4), 1 + random.nextInt(3), 1 + random.nextInt(30));
      int maxBytes = 300 + random.nextInt(3_000);
      List<Piece> pieces = TraceCut.cut(trace.toByteArray(), maxBytes);
      List<Placed> got = new ArrayList<>();
      for (Piece piece : pieces) {
        List<Placed> spans = placed(TracesData.parseFrom(piece.resourceSpans()));
        assertThat(piece.resourceSpans().length).isLessThanOrEqualTo(maxBytes);
        assertThat(piece.spanCount()).isEqualTo(spans.size()).isPositive();
        got.addAll(spans);
      }
      assertThat(got).isEqualTo(placed(trace));
    }
  }

  @Test
  void pieces_areAsFullAsTheyCanBe() {
    byte[] trace = trace(1, 1, 200).toByteArray();
    int maxBytes = 3_000;
    List<Piece> pieces = TraceCut.cut(trace, maxBytes);
    for (Piece piece : pieces.subList(0, pieces.size() - 1)) {
      assertThat(piece.resourceSpans().length).isGreaterThan(maxBytes - 300);
    }
  }

  @Test
  void span_overTheLimit_standsAlone() {
    Span large = Span.newBuilder().setName("n".repeat(5_000)).build();
    TracesData.Builder trace = trace(1, 1, 3).toBuilder();
    trace.getResourceSpansBuilder(0).getScopeSpansBuilder(0).addSpans(1, large);

    List<Piece> pieces = TraceCut.cut(trace.build().toByteArray(), 2_000);
    assertThat(pieces).extracting(Piece::spanCount).containsExactly(1, 1, 2);
  }

  @Test
  void headers_overHalfTheLimit_areNotRepeated() {
    TracesData.Builder trace = trace(1, 1, 100).toBuilder();
    trace.getResourceSpansBuilder(0).setSchemaUrl("u".repeat(1_000));
    assertThat(TraceCut.cut(trace.build().toByteArray(), 2_000)).isEmpty();
  }

  @Test
  void trace_unreadable_isNotCut() {
    byte[] trace = trace(2, 2, 20).toByteArray();
    trace[trace.length / 2] = (byte) 0xff;
    trace[1] = 0x7f;
    assertThat(TraceCut.cut(trace, 500)).isEmpty();
  }
}
