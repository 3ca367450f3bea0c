package io.ringtail.cli.waterfall;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaterfallTest {
  private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final long MS = 1_000_000;

  private final TracesData.Builder trace = TracesData.newBuilder();

  private static ByteString id(int n) {
    return n == 0
        ? ByteString.EMPTY
        : ByteString.copyFrom(new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) n});
  }

  private Span.Builder span(String service, int id, int parent, String name, long from, long to) {
    Span.Builder span =
        Span.newBuilder()
            .setSpanId(id(id))
            .setParentSpanId(id(parent))
            .setName(name)
            .setStartTimeUnixNano(from * MS)
            .setEndTimeUnixNano(to * MS);
    AnyValue value = AnyValue.newBuilder().setStringValue(service).build();
    trace.addResourceSpans(
        ResourceSpans.newBuilder()
            .setResource(
                Resource.newBuilder()
                    .addAttributes(KeyValue.newBuilder().setKey("service.name").setValue(value)))
            .addScopeSpans(ScopeSpans.newBuilder().addSpans(span)));
    return span;
  }

  private List<String> draw(int width) {
    return new Waterfall(width, false).draw(ID, "errors", trace.build());
  }

  @Test
  void trace_spansOutOfOrder_drawnAsATreeInTime() {
    span("db", 3, 2, "SELECT", 50, 75);
    span("shop", 1, 0, "GET /", 0, 100);
    span("cart", 2, 1, "GetCart", 25, 100);

    assertThat(draw(69))
        .containsExactly(
            "● " + ID + "  3 spans  3 services  100ms  (errors)",
            "  shop  GET /       ████████████████████████████████     100ms",
            "  cart    GetCart           ████████████████████████    75.0ms",
            "  db        SELECT                  ████████            25.0ms");
  }

  @Test
  void trace_error_markedWithItsMessage() {
    Span.Builder failed = span("shop", 1, 0, "GET /\u001b[2J", 0, 1200);
    failed.setStatus(
        Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR).setMessage("no\nway"));
    trace.getResourceSpansBuilder(0).getScopeSpansBuilder(0).setSpans(0, failed);

    List<String> lines = draw(80);

    assertThat(lines.get(0)).endsWith("1 span  1 service  1.20s  1 error  (errors)");
    assertThat(lines.get(1)).contains("GET /·[2J").endsWith("1.20s  ERROR no·way");
  }

  @Test
  void trace_manySpans_cappedAndTheRestCounted() {
    for (int i = 1; i <= 54; i++) {
      span("shop", i, 0, "op", i, i + 1);
    }

    List<String> lines = draw(100);

    assertThat(lines).hasSize(22);
    assertThat(lines.get(21)).isEqualTo("  … 34 more");
  }

  @Test
  void trace_parentMissingOrInACircle_everySpanDrawnOnce() {
    span("shop", 1, 9, "orphan", 0, 1);
    span("shop", 2, 3, "circle a", 1, 2);
    span("shop", 3, 2, "circle b", 2, 3);
    span("shop", 4, 4, "own parent", 3, 4);

    assertThat(draw(80)).hasSize(5);
  }

  @Test
  void trace_noSpansOrNoTime_drawn() {
    assertThat(draw(80)).isEmpty();
    span("shop", 1, 0, "instant", 5, 5);

    assertThat(draw(10)).hasSize(2).allSatisfy(line -> assertThat(line).isNotBlank());
  }

  @Test
  void durations_allSizes_threeDigits() {
    assertThat(Waterfall.duration(870_000)).isEqualTo("870us");
    assertThat(Waterfall.duration(12_340_000)).isEqualTo("12.3ms");
    assertThat(Waterfall.duration(310_000_000)).isEqualTo("310ms");
    assertThat(Waterfall.duration(1_250_000_000)).isEqualTo("1.25s");
    assertThat(Waterfall.duration(250_000_000_000L)).isEqualTo("250s");
  }
}
