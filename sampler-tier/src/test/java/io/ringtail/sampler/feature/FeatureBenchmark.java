package io.ringtail.sampler.feature;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.ringtail.sampler.policy.PolicyFixtures;
import io.ringtail.sampler.policy.PolicySet;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to read one span for the shard? Input: 64 MiB of distinct spans of 808 B with 8
 * attributes, so that none is in the cache, and five policies of which two read attributes (or the
 * three of {@code dev}, which read none). Good: under 200 ns a span with attributes, no garbage; a
 * shard at 2 M spans/s has 500 ns in all.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FeatureBenchmark {
  private static final int SPAN_BYTES = 808;
  private static final int SPANS = (64 << 20) / SPAN_BYTES;

  @Param({"five", "dev"})
  String policies = "five";

  private final SpanFeatures features = new SpanFeatures();
  private final byte[] spans = new byte[SPANS * SPAN_BYTES];
  private PolicySet set = PolicyFixtures.five();
  private int next;

  @Setup
  public void setUp() {
    set = policies.equals("five") ? PolicyFixtures.five() : PolicyFixtures.dev();
    Random random = new Random(7);
    for (int i = 0; i < SPANS; i++) {
      System.arraycopy(span(random), 0, spans, i * SPAN_BYTES, SPAN_BYTES);
    }
  }

  private static byte[] span(Random random) {
    byte[] ids = new byte[32];
    random.nextBytes(ids);
    long start = 1_700_000_000_000_000_000L + random.nextInt(1_000_000_000);
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(ByteString.copyFrom(ids, 0, 16))
            .setSpanId(ByteString.copyFrom(ids, 16, 8))
            .setParentSpanId(ByteString.copyFrom(ids, 24, 8))
            .setName("GET /api/v1/orders/{id}")
            .setStartTimeUnixNano(start)
            .setEndTimeUnixNano(start + random.nextInt(10_000_000))
            .setFlags(0x101)
            .setStatus(Status.newBuilder().setCodeValue(random.nextInt(50) == 0 ? 2 : 0))
            .addAttributes(attribute("http.request.method", "GET"))
            .addAttributes(attribute("url.path", "/api/v1/orders/" + random.nextInt(50)))
            .addAttributes(attribute("server.address", "orders.shop.svc.cluster.local"))
            .addAttributes(attribute("tenant.id", "tenant" + random.nextInt(100)))
            .addAttributes(
                KeyValue.newBuilder()
                    .setKey("http.response.status_code")
                    .setValue(AnyValue.newBuilder().setIntValue(200)))
            .addAttributes(attribute("network.protocol.version", "1.1"))
            .addAttributes(attribute("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64)"));
    int filler = SPAN_BYTES - span.build().getSerializedSize() - 30;
    while (true) {
      Span built =
          span.clone().addAttributes(attribute("db.query.text", "x".repeat(filler))).build();
      if (built.getSerializedSize() >= SPAN_BYTES) {
        return trimmed(built);
      }
      filler++;
    }
  }

  private static byte[] trimmed(Span span) {
    if (span.getSerializedSize() != SPAN_BYTES) {
      throw new AssertionError(span.getSerializedSize());
    }
    return span.toByteArray();
  }

  private static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  @Benchmark
  public long read() {
    features.read(spans, next * SPAN_BYTES, SPAN_BYTES, set);
    next = next + 1 == SPANS ? 0 : next + 1;
    return features.traceIdLo() ^ features.bits()[0];
  }
}
