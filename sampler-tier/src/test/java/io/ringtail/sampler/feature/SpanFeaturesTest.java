package io.ringtail.sampler.feature;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import io.ringtail.sampler.policy.PolicyFixtures;
import io.ringtail.sampler.policy.PolicySet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpanFeaturesTest {
  private static final ByteString TRACE_ID = ByteString.fromHex("0af7651916cd43dd8448eb211c80319c");

  private final PolicySet policies = PolicyFixtures.five();
  private final SpanFeatures features = new SpanFeatures();

  private static Span.Builder span() {
    return Span.newBuilder()
        .setTraceId(TRACE_ID)
        .setSpanId(ByteString.fromHex("b7ad6b7169203331"))
        .setParentSpanId(ByteString.fromHex("00f067aa0ba902b7"))
        .setTraceState("ot=th:8")
        .setName("GET /")
        .setKind(Span.SpanKind.SPAN_KIND_SERVER)
        .setStartTimeUnixNano(1_000_000_007L)
        .setEndTimeUnixNano(2_000_000_009L)
        .addAttributes(attribute("tenant.id", "acme"))
        .addAttributes(attribute("url.path", "/health"))
        .addEvents(Span.Event.newBuilder().setName("e"))
        .addLinks(Span.Link.newBuilder().setTraceId(TRACE_ID))
        .setStatus(Status.newBuilder().setMessage("boom").setCodeValue(2))
        .setFlags(0x101);
  }

  private static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private void read(byte[] span) {
    byte[] padded = new byte[span.length + 11];
    System.arraycopy(span, 0, padded, 5, span.length);
    features.read(padded, 5, span.length, policies);
  }

  @Test
  void read_fullSpan_allFeatures() {
    read(span().build().toByteArray());

    assertThat(features.traceIdHi()).isEqualTo(0x0af7651916cd43ddL);
    assertThat(features.traceIdLo()).isEqualTo(0x8448eb211c80319cL);
    assertThat(features.spanId()).isEqualTo(0xb7ad6b7169203331L);
    assertThat(features.root()).isFalse();
    assertThat(features.startNanos()).isEqualTo(1_000_000_007L);
    assertThat(features.endNanos()).isEqualTo(2_000_000_009L);
    assertThat(features.statusCode()).isEqualTo(2);
    assertThat(features.flags()).isEqualTo(0x101);
    assertThat(Long.bitCount(features.bits()[0])).isEqualTo(3);
    assertThat(features.malformed()).isFalse();
  }

  @Test
  void read_smallSpanAfterLarge_nothingLeftBehind() {
    read(span().build().toByteArray());
    read(Span.newBuilder().setTraceId(TRACE_ID).build().toByteArray());

    assertThat(features.root()).isTrue();
    assertThat(features.spanId()).isZero();
    assertThat(features.startNanos()).isZero();
    assertThat(features.endNanos()).isZero();
    assertThat(features.statusCode()).isZero();
    assertThat(features.flags()).isZero();
    assertThat(features.bits()).containsOnly(0);
  }

  @Test
  void read_idsTwice_firstCountsAsForIntake() {
    Span first = Span.newBuilder().setTraceId(hex(32, 7)).setSpanId(hex(16, 3)).build();
    Span second = Span.newBuilder().setTraceId(hex(32, 8)).setSpanId(hex(16, 4)).build();
    read(first.toByteString().concat(second.toByteString()).toByteArray());
    assertThat(features.traceIdLo()).isEqualTo(7);
    assertThat(features.spanId()).isEqualTo(3);
    assertThat(features.malformed()).isFalse();
  }

  private static ByteString hex(int digits, int value) {
    return ByteString.fromHex(String.format("%0" + digits + "x", value));
  }

  @Test
  void read_idsOfWrongLength_malformed() {
    read(span().setTraceId(ByteString.fromHex("0af7")).build().toByteArray());
    assertThat(features.malformed()).isTrue();
    read(span().setSpanId(ByteString.fromHex("0af7")).build().toByteArray());
    assertThat(features.malformed()).isTrue();
  }

  @Test
  void read_brokenAttribute_restOfSpanReadAndCounted() {
    byte[] good = span().build().toByteArray();
    byte[] broken = {9 << 3 | 2, 3, 0x0a, 9, 'k'}; // a key of 9 bytes in an attribute of 3
    byte[] joined = new byte[good.length + broken.length];
    System.arraycopy(broken, 0, joined, 0, broken.length);
    System.arraycopy(good, 0, joined, broken.length, good.length);
    read(joined);

    assertThat(features.malformed()).isFalse();
    assertThat(policies.malformed()).isEqualTo(1);
    assertThat(features.endNanos()).isEqualTo(2_000_000_009L);
    assertThat(Long.bitCount(features.bits()[0])).isEqualTo(3);
  }

  /** Of the last field that has these tags, by the reader alone. */
  private static long[] readerOnly(byte[] span) {
    long[] read = {0, 0, 0};
    WireReader in = new WireReader().reset(span, 0, span.length);
    try {
      while (in.next()) {
        switch (in.tag()) {
          case Otlp.SPAN_START_TIME -> read[0] = in.readFixed64();
          case Otlp.SPAN_END_TIME -> read[1] = in.readFixed64();
          case Otlp.SPAN_FLAGS -> read[2] = in.readFixed32();
          default -> in.skip();
        }
      }
    } catch (MalformedWireException e) {
      return read; // what came before counts
    }
    return read;
  }

  @Test
  void read_anyEncoding_agreesWithTheReader() {
    byte[] span = span().setName("n".repeat(300)).setKindValue(200).build().toByteArray();
    long seed = 12;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = span.clone();
      for (int k = random.nextInt(3); k > 0; k--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      read(damaged);
      assertThat(new long[] {features.startNanos(), features.endNanos(), features.flags()})
          .as("seed " + seed + " round " + i)
          .isEqualTo(readerOnly(damaged));
    }
  }

  @Test
  void read_truncatedOrDamagedAnywhere_neverThrows() {
    byte[] span = span().build().toByteArray();
    for (int length = 0; length < span.length; length++) {
      features.read(span, 0, length, policies);
    }
    long seed = 11;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = span.clone();
      for (int k = random.nextInt(4); k >= 0; k--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      features.read(damaged, 0, damaged.length, policies);
      policies.testResource(damaged, 0, damaged.length, new long[policies.bitWords()]);
    }
    assertThat(policies.malformed()).as("seed " + seed).isPositive();
  }
}
