package io.ringtail.cli.load;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.ringtail.otlp.Otlp;
import java.util.SplittableRandom;

/**
 * One made-up service: the spans it may send, and those that wait for its next request. Requests
 * are as an SDK makes them: one resource, one scope. Threads: one.
 */
final class Service {
  private static final int VARIANTS = 8;
  private static final int MAX_VARINT = 5;

  private final SpanTemplate[] templates = new SpanTemplate[VARIANTS << 2];
  private final byte[] resource;
  private final byte[] scope;
  private byte[] spans = new byte[4096];
  private int spanBytes;
  private int spanCount;
  private long firstTick;

  Service(int number, TraceShape shape, SplittableRandom random) {
    for (int i = 0; i < templates.length; i++) {
      boolean root = (i & 1) != 0;
      boolean error = (i & 2) != 0;
      String name = (root ? "GET /made-up/" : "call-") + (i >>> 2);
      templates[i] =
          SpanTemplate.of(new SpanTemplate.Kind(name, root, error, shape.spanBytes()), random);
    }
    resource =
        ResourceSpans.newBuilder()
            .setResource(
                Resource.newBuilder()
                    .addAttributes(text("service.name", "load-" + number))
                    .addAttributes(text("service.namespace", "ringtail-load"))
                    .addAttributes(text("service.instance.id", "load-" + number + "-0")))
            .build()
            .toByteArray();
    scope =
        ScopeSpans.newBuilder()
            .setScope(InstrumentationScope.newBuilder().setName("ringtail-load").setVersion("1"))
            .build()
            .toByteArray();
  }

  private static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  /**
   * Adds a span to its next request.
   *
   * @param trace its number
   * @param traceNanos when its trace started, in nanoseconds since 1970
   * @param tick now
   */
  void add(Traces traces, long trace, int span, long traceNanos, long tick) {
    Skeleton skeleton = traces.skeleton(trace);
    int parent = skeleton.parent(span);
    boolean error = span == skeleton.spans() - 1 && traces.fails(trace);
    long id = traces.spanId(trace, span);
    int variant = (int) (id >>> 8) & VARIANTS - 1;
    SpanTemplate template = templates[variant << 2 | (error ? 2 : 0) | (parent < 0 ? 1 : 0)];
    int at = room(template.bytes());
    template.write(spans, at);
    template.writeIds(
        spans,
        at,
        traces.idHi(trace),
        traces.idLo(trace),
        id,
        parent < 0 ? 0 : traces.spanId(trace, parent));
    template.writeTimes(
        spans, at, traceNanos + skeleton.startNanos(span), traceNanos + skeleton.endNanos(span));
    if (spanCount++ == 0) {
      firstTick = tick;
    }
  }

  /** Where so many bytes can be written now. */
  private int room(int bytes) {
    int at = spanBytes;
    spanBytes = Math.addExact(at, bytes);
    if (spanBytes > spans.length) {
      byte[] larger = new byte[(int) Math.min(Integer.MAX_VALUE - 8L, 2L * spanBytes)];
      System.arraycopy(spans, 0, larger, 0, at);
      spans = larger;
    }
    return at;
  }

  /** Spans that wait for the next request. */
  int spanCount() {
    return spanCount;
  }

  /** When the first of them ended. */
  long firstTick() {
    return firstTick;
  }

  /** The request of all spans that wait, of which none is left then. */
  byte[] request() {
    int scopeBytes = scope.length + spanBytes;
    int resourceBytes = resource.length + 1 + varintBytes(scopeBytes) + scopeBytes;
    byte[] request = new byte[1 + varintBytes(resourceBytes) + resourceBytes];
    int at = begin(request, 0, Otlp.REQUEST_RESOURCE_SPANS, resourceBytes);
    at = copy(resource, resource.length, request, at);
    at = begin(request, at, Otlp.RESOURCE_SPANS_SCOPE_SPANS, scopeBytes);
    at = copy(scope, scope.length, request, at);
    copy(spans, spanBytes, request, at);
    spanBytes = 0;
    spanCount = 0;
    return request;
  }

  private static int copy(byte[] from, int length, byte[] to, int at) {
    System.arraycopy(from, 0, to, at, length);
    return at + length;
  }

  private static int begin(byte[] target, int start, int tag, int length) {
    int at = start;
    target[at++] = (byte) tag;
    int rest = length;
    while (rest > 0x7f) {
      target[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[at++] = (byte) rest;
    return at;
  }

  private static int varintBytes(int value) {
    int bytes = 1;
    while (bytes < MAX_VARINT && value >>> 7 * bytes != 0) {
      bytes++;
    }
    return bytes;
  }
}
