package io.ringtail.cli.probe;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.ringtail.trace.TraceId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Makes marked traces that usual policies keep: one span has an error, and the trace takes 30 s,
 * all of them before now. Each span carries the marker, the run and the wanted attributes; they
 * belong to three services. Threads: one.
 */
final class TraceMaker {
  /** True on every span of a probe. */
  static final String MARKER = "ringtail.probe";

  /** The run a span belongs to, on every span. */
  static final String RUN = "ringtail.probe.run";

  private static final long TRACE_NANOS = 30_000_000_000L;
  private static final int SERVICES = 3;

  private final ProbePlan plan;
  private final RandomGenerator random;

  TraceMaker(ProbePlan plan, RandomGenerator random) {
    this.plan = plan;
    this.random = random;
  }

  /**
   * @param run names the run
   * @param nowNanos wall-clock time, in nanoseconds since 1970
   */
  List<SentTrace> make(String run, long nowNanos) {
    List<SentTrace> traces = new ArrayList<>();
    for (int i = 0; i < plan.traces(); i++) {
      traces.add(trace(run, nowNanos - TRACE_NANOS));
    }
    return traces;
  }

  private SentTrace trace(String run, long startNanos) {
    ByteString traceId = id(16);
    List<SentSpan> spans = new ArrayList<>();
    for (int i = 0; i < plan.spans(); i++) {
      ByteString parent = i == 0 ? ByteString.EMPTY : spans.get((i - 1) / 2).id();
      Span.Builder span = span(i, startNanos).setTraceId(traceId).setParentSpanId(parent);
      marks(run).forEach(span::addAttributes);
      spans.add(new SentSpan(resource(i % SERVICES, span.build())));
    }
    ByteBuffer id = traceId.asReadOnlyByteBuffer();
    return new SentTrace(new TraceId(id.getLong(), id.getLong()), spans);
  }

  private Span.Builder span(int index, long startNanos) {
    long step = TRACE_NANOS / plan.spans();
    boolean root = index == 0;
    Span.Builder span =
        Span.newBuilder()
            .setSpanId(id(8))
            .setName(root ? "probe" : "probe-" + index)
            .setKind(root ? Span.SpanKind.SPAN_KIND_SERVER : Span.SpanKind.SPAN_KIND_INTERNAL)
            .setStartTimeUnixNano(startNanos + index * step)
            .setEndTimeUnixNano(startNanos + (root ? TRACE_NANOS : (index + 1) * step - 1));
    if (index == plan.spans() / 2) {
      span.setStatus(
          Status.newBuilder()
              .setCode(Status.StatusCode.STATUS_CODE_ERROR)
              .setMessage("no error: a probe, so that policies keep it"));
    }
    return span;
  }

  private List<KeyValue> marks(String run) {
    List<KeyValue> marks = new ArrayList<>();
    marks.add(attribute(MARKER, AnyValue.newBuilder().setBoolValue(true)));
    marks.add(attribute(RUN, AnyValue.newBuilder().setStringValue(run)));
    marks.addAll(plan.attributes());
    return marks;
  }

  private static ResourceSpans resource(int service, Span span) {
    String name = "ringtail-probe-" + service;
    return ResourceSpans.newBuilder()
        .setResource(
            Resource.newBuilder()
                .addAttributes(
                    attribute("service.name", AnyValue.newBuilder().setStringValue(name))))
        .addScopeSpans(
            ScopeSpans.newBuilder()
                .setScope(InstrumentationScope.newBuilder().setName("ringtail-probe"))
                .addSpans(span))
        .build();
  }

  private static KeyValue attribute(String key, AnyValue.Builder value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  private ByteString id(int bytes) {
    byte[] id = new byte[bytes];
    random.nextBytes(id);
    id[bytes - 1] |= 1; // never all zero
    return ByteString.copyFrom(id);
  }
}
