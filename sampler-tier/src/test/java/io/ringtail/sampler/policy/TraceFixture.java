package io.ringtail.sampler.policy;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigProblem;
import io.ringtail.sampler.feature.SpanFeatures;
import java.util.List;

/** A trace as a shard would gather it: spans go in encoded, features come out. */
final class TraceFixture implements TraceFeatures {
  static final long SECOND = 1_000_000_000L;
  static final long START = 1_700_000_000L * SECOND;

  private final PolicySet policies;
  private final SpanFeatures features = new SpanFeatures();
  private final long[] bits;
  private long hi = 0x0af7651916cd43ddL;
  private long lo = 0x8448eb211c80319cL;
  private int spanCount;
  private long spanBytes;
  private long minStart;
  private long maxEnd;

  TraceFixture(PolicySet policies) {
    this.policies = policies;
    this.bits = new long[policies.bitWords()];
  }

  /** A trace under the policies in this YAML list. */
  static TraceFixture under(String policiesYaml) {
    return new TraceFixture(config("policies:\n" + policiesYaml).compile());
  }

  /** Reads the inside of a {@code tail_sampling} block; it must be without problems. */
  static TailSamplingConfig config(String yaml) {
    ConfigFile file = ConfigFile.read("policies.yaml", yaml);
    TailSamplingConfig config = TailSamplingConfig.read(file.root());
    if (!file.problems().isEmpty()) {
      throw new AssertionError(file.problems());
    }
    return config;
  }

  static List<String> problems(String yaml) {
    ConfigFile file = ConfigFile.read("policies.yaml", yaml);
    TailSamplingConfig unused = TailSamplingConfig.read(file.root());
    return file.problems().stream().map(ConfigProblem::toString).toList();
  }

  TraceFixture id(long newHi, long newLo) {
    hi = newHi;
    lo = newLo;
    return this;
  }

  TraceFixture resource(KeyValue... attributes) {
    Resource.Builder resource = Resource.newBuilder();
    for (KeyValue attribute : attributes) {
      resource.addAttributes(attribute);
    }
    byte[] header =
        ResourceSpans.newBuilder()
            .setResource(resource)
            .setSchemaUrl("https://opentelemetry.io/schemas/1.30.0")
            .build()
            .toByteArray();
    policies.testResource(header, 0, header.length, bits);
    return this;
  }

  TraceFixture span(Span.Builder span) {
    return bytes(span.setSpanId(ByteString.copyFromUtf8("12345678")).build().toByteArray());
  }

  TraceFixture bytes(byte[] span) {
    features.read(span, 0, span.length, policies);
    for (int i = 0; i < bits.length; i++) {
      bits[i] |= features.bits()[i];
    }
    long start = features.startNanos();
    if (start != 0 && (minStart == 0 || start < minStart)) {
      minStart = start;
    }
    maxEnd = Math.max(maxEnd, features.endNanos());
    spanCount++;
    spanBytes += span.length;
    return this;
  }

  /** A span with one attribute. */
  TraceFixture span(KeyValue attribute) {
    return span(Span.newBuilder().addAttributes(attribute));
  }

  /** A span from one offset to another after {@link #START}. */
  TraceFixture span(long fromNanos, long toNanos) {
    return span(
        Span.newBuilder()
            .setStartTimeUnixNano(START + fromNanos)
            .setEndTimeUnixNano(START + toNanos));
  }

  TraceFixture spans(int count) {
    for (int i = 0; i < count; i++) {
      span(Span.newBuilder());
    }
    return this;
  }

  /** S sampled, N not sampled, X dropped, as in the vectors. */
  String vote() {
    return switch (verdict().outcome()) {
      case SAMPLED -> "S";
      case NOT_SAMPLED -> "N";
      case DROPPED -> "X";
    };
  }

  Verdict verdict() {
    return policies.evaluate(this, 0);
  }

  static KeyValue string(String key, String value) {
    return attribute(key, AnyValue.newBuilder().setStringValue(value));
  }

  static KeyValue integer(String key, long value) {
    return attribute(key, AnyValue.newBuilder().setIntValue(value));
  }

  static KeyValue floating(String key, double value) {
    return attribute(key, AnyValue.newBuilder().setDoubleValue(value));
  }

  static KeyValue bool(String key, boolean value) {
    return attribute(key, AnyValue.newBuilder().setBoolValue(value));
  }

  static KeyValue attribute(String key, AnyValue.Builder value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  @Override
  public long traceIdHi() {
    return hi;
  }

  @Override
  public long traceIdLo() {
    return lo;
  }

  @Override
  public int spanCount() {
    return spanCount;
  }

  @Override
  public long spanBytes() {
    return spanBytes;
  }

  @Override
  public long minStartNanos() {
    return minStart;
  }

  @Override
  public long maxEndNanos() {
    return maxEnd;
  }

  @Override
  public long bits(int word) {
    return bits[word];
  }
}
