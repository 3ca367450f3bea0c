package io.ringtail.router.split;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.Random;

/** Export requests of a wanted shape. */
final class Requests {
  private Requests() {}

  /** Spans with random IDs, spread over resources of one scope each. */
  static ExportTraceServiceRequest request(
      Random random, int spans, int spanBytes, int resources, int resourceBytes) {
    ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
    for (int r = 0; r < resources; r++) {
      ScopeSpans.Builder scope =
          ScopeSpans.newBuilder()
              .setScope(InstrumentationScope.newBuilder().setName("io.example." + r))
              .setSchemaUrl("https://opentelemetry.io/schemas/1.30.0");
      for (int s = r; s < spans; s += resources) {
        scope.addSpans(span(random, spanBytes));
      }
      request.addResourceSpans(
          ResourceSpans.newBuilder()
              .setResource(resource(r, resourceBytes))
              .addScopeSpans(scope)
              .setSchemaUrl("https://opentelemetry.io/schemas/1.31.0"));
    }
    return request.build();
  }

  static Resource resource(int which, int bytes) {
    Resource.Builder b = Resource.newBuilder().addAttributes(text("service.name", "shop-" + which));
    for (int i = 0; b.build().getSerializedSize() + 60 <= bytes; i++) {
      b.addAttributes(text("host.attribute." + i, "value-" + which + "-" + "x".repeat(20)));
    }
    return b.build();
  }

  /** A span of about {@code bytes} bytes with the attributes of an HTTP server. */
  static Span.Builder span(Random random, int bytes) {
    long start = 1_700_000_000_000_000_000L + random.nextInt(1_000_000_000);
    Span.Builder b =
        Span.newBuilder()
            .setTraceId(bytes(random, 16))
            .setSpanId(bytes(random, 8))
            .setParentSpanId(bytes(random, 8))
            .setName("GET /api/v1/orders/{id}")
            .setKind(Span.SpanKind.SPAN_KIND_SERVER)
            .setStartTimeUnixNano(start)
            .setEndTimeUnixNano(start + random.nextInt(1_000_000_000))
            .setFlags(0x101)
            .addAttributes(text("http.request.method", "GET"))
            .addAttributes(
                KeyValue.newBuilder()
                    .setKey("http.response.status_code")
                    .setValue(AnyValue.newBuilder().setIntValue(200)));
    int size = b.build().getSerializedSize();
    for (int i = 0; size + 50 <= bytes; i++) {
      KeyValue attribute =
          text("attribute.name." + i, Long.toHexString(random.nextLong() | (1L << 63)) + "0123");
      b.addAttributes(attribute);
      size += attribute.getSerializedSize() + 2;
    }
    return b;
  }

  static ByteString bytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }
}
