package io.ringtail.otlp.json;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.EntityRef;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.Random;

/** Messages with every field of trace.proto, now set and now not, and awkward values. */
final class RandomTraces {
  private static final String[] TEXTS = {
    "",
    "GET /",
    "grüße",
    "日本語",
    "\ud83d\ude00 emoji",
    "quote\" back\\slash",
    "\u0000\u0001\b\f\n\r\t\u001f\u007f",
    "\u2028</script>",
    "x".repeat(127),
    "y".repeat(128),
    "z".repeat(20_000)
  };
  private static final long[] LONGS = {
    0,
    1,
    -1,
    42,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    999_999_999_999_999_999L,
    1_000_000_000_000_000_000L,
    -999_999_999_999_999_999L,
    1_661_140_339_213_560_192L
  };
  private static final double[] DOUBLES = {
    0,
    -0.0,
    1,
    -1.5,
    0.1,
    1e300,
    Double.MIN_VALUE,
    Double.MAX_VALUE,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY
  };

  private final Random random;

  RandomTraces(long seed) {
    random = new Random(seed);
  }

  TracesData next() {
    TracesData.Builder data = TracesData.newBuilder();
    for (int i = random.nextInt(3); i > 0; i--) {
      data.addResourceSpans(resourceSpans());
    }
    return data.build();
  }

  private ResourceSpans resourceSpans() {
    ResourceSpans.Builder b = ResourceSpans.newBuilder();
    if (maybe()) {
      Resource.Builder resource = Resource.newBuilder().setDroppedAttributesCount(uint32());
      for (int i = random.nextInt(4); i > 0; i--) {
        resource.addAttributes(keyValue(3));
      }
      if (maybe()) {
        resource.addEntityRefs(
            EntityRef.newBuilder()
                .setSchemaUrl(text())
                .setType(text())
                .addIdKeys(text())
                .addIdKeys(text())
                .addDescriptionKeys(text()));
      }
      b.setResource(resource);
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      b.addScopeSpans(scopeSpans());
    }
    return b.setSchemaUrl(text()).build();
  }

  private ScopeSpans scopeSpans() {
    ScopeSpans.Builder b = ScopeSpans.newBuilder();
    if (maybe()) {
      b.setScope(
          InstrumentationScope.newBuilder()
              .setName(text())
              .setVersion(text())
              .addAttributes(keyValue(2))
              .setDroppedAttributesCount(uint32()));
    }
    for (int i = random.nextInt(5); i > 0; i--) {
      b.addSpans(span());
    }
    return b.setSchemaUrl(text()).build();
  }

  private Span span() {
    Span.Builder b =
        Span.newBuilder()
            .setTraceId(id(16))
            .setSpanId(id(8))
            .setTraceState(text())
            .setName(text())
            .setKindValue(random.nextInt(8))
            .setStartTimeUnixNano(number())
            .setEndTimeUnixNano(number())
            .setDroppedAttributesCount(uint32())
            .setDroppedEventsCount(uint32())
            .setDroppedLinksCount(uint32())
            .setFlags(uint32());
    if (maybe()) {
      b.setParentSpanId(id(8));
    }
    for (int i = random.nextInt(6); i > 0; i--) {
      b.addAttributes(keyValue(4));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      b.addEvents(
          Span.Event.newBuilder()
              .setTimeUnixNano(number())
              .setName(text())
              .addAttributes(keyValue(1))
              .setDroppedAttributesCount(uint32()));
      b.addLinks(
          Span.Link.newBuilder()
              .setTraceId(id(16))
              .setSpanId(id(8))
              .setTraceState(text())
              .addAttributes(keyValue(1))
              .setDroppedAttributesCount(uint32())
              .setFlags(uint32()));
    }
    if (maybe()) {
      b.setStatus(Status.newBuilder().setMessage(text()).setCodeValue(random.nextInt(4) - 1));
    }
    return b.build();
  }

  private KeyValue keyValue(int depth) {
    KeyValue.Builder b = KeyValue.newBuilder().setKey(text());
    return maybe() ? b.setValue(anyValue(depth)).build() : b.build();
  }

  private AnyValue anyValue(int depth) {
    AnyValue.Builder b = AnyValue.newBuilder();
    switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> b.setStringValue(text());
      case 1 -> b.setBoolValue(maybe());
      case 2 -> b.setIntValue(number());
      case 3 -> b.setDoubleValue(DOUBLES[random.nextInt(DOUBLES.length)]);
      case 4 -> b.setBytesValue(id(random.nextInt(10)));
      case 6 ->
          b.setArrayValue(
              ArrayValue.newBuilder()
                  .addValues(anyValue(depth - 1))
                  .addValues(anyValue(depth - 1)));
      case 7 ->
          b.setKvlistValue(
              KeyValueList.newBuilder().addValues(keyValue(depth - 1)).addValues(keyValue(0)));
      default -> {}
    }
    return b.build();
  }

  private boolean maybe() {
    return random.nextInt(3) > 0;
  }

  private String text() {
    int i = random.nextInt(TEXTS.length * 2);
    return i < TEXTS.length - 1 || random.nextInt(100) == 0
        ? TEXTS[i % TEXTS.length]
        : "a" + random.nextInt(1000);
  }

  private long number() {
    int i = random.nextInt(LONGS.length * 2);
    return i < LONGS.length ? LONGS[i] : random.nextLong();
  }

  private int uint32() {
    return maybe() ? 0 : random.nextInt();
  }

  private ByteString id(int bytes) {
    byte[] id = new byte[bytes];
    random.nextBytes(id);
    return ByteString.copyFrom(id);
  }
}
