package io.ringtail.cli.probe;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import io.ringtail.trace.TraceId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where requests of the other end arrive: spans of watched traces are noted, all others counted.
 * Only requests with a watched trace are decoded. Threads: any.
 */
final class Arrivals {
  private final Map<TraceId, Watch> watches = new ConcurrentHashMap<>();
  private final AtomicLong pieces = new AtomicLong();
  private final AtomicLong foreignSpans = new AtomicLong();

  /** Notes the spans of a trace from now on. */
  void watch(Watch watch) {
    watches.put(watch.id(), watch);
  }

  /** Its spans are foreign from now on. */
  void forget(Watch watch) {
    watches.remove(watch.id());
  }

  /** Spans of traces that are not watched. */
  long foreignSpans() {
    return foreignSpans.get();
  }

  /**
   * Takes a request, or a line of a file.
   *
   * @param body holds an encoded ExportTraceServiceRequest; borrowed for the call
   * @param nowNanos when it came
   * @throws MalformedWireException it is none; what stands before the fault is taken
   */
  void accept(byte[] body, int offset, int length, long nowNanos) throws MalformedWireException {
    long piece = pieces.incrementAndGet();
    WireReader request = new WireReader().reset(body, offset, offset + length);
    while (request.next()) {
      if (request.tag() == Otlp.REQUEST_RESOURCE_SPANS) {
        int bytes = request.readLength();
        int start = request.position();
        if (countForeign(body, start, start + bytes)) {
          note(ByteString.copyFrom(body, start, bytes), piece, nowNanos);
        }
        request.position(start + bytes);
      } else {
        request.skip();
      }
    }
  }

  /** Returns whether there are spans of watched traces too. */
  private boolean countForeign(byte[] body, int start, int end) throws MalformedWireException {
    long foreign = 0;
    boolean watched = false;
    WireReader resource = new WireReader().reset(body, start, end);
    WireReader scope = new WireReader();
    WireReader span = new WireReader();
    while (resource.enterNext(Otlp.RESOURCE_SPANS_SCOPE_SPANS, scope)) {
      while (scope.enterNext(Otlp.SCOPE_SPANS_SPANS, span)) {
        boolean known = isWatched(span);
        watched |= known;
        foreign += known ? 0 : 1;
      }
    }
    foreignSpans.addAndGet(foreign);
    return watched;
  }

  private boolean isWatched(WireReader span) throws MalformedWireException {
    while (span.next()) {
      if (span.tag() != Otlp.SPAN_TRACE_ID) {
        span.skip();
        continue;
      }
      return span.readLength() == 16
          && watches.containsKey(
              new TraceId(
                  WireReader.longBigEndian(span.array(), span.position()),
                  WireReader.longBigEndian(span.array(), span.position() + Long.BYTES)));
    }
    return false;
  }

  private void note(ByteString encoded, long piece, long nowNanos) throws MalformedWireException {
    ResourceSpans resource;
    try {
      resource = ResourceSpans.parseFrom(encoded);
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedWireException(String.valueOf(e.getMessage()));
    }
    for (ScopeSpans scope : resource.getScopeSpansList()) {
      for (Span span : scope.getSpansList()) {
        Watch watch = watches.get(traceId(span.getTraceId()));
        if (watch != null) {
          ResourceSpans.Builder alone = resource.toBuilder().clearScopeSpans();
          alone.addScopeSpans(scope.toBuilder().clearSpans().addSpans(span));
          watch.came(alone.build(), piece, nowNanos);
        }
      }
    }
  }

  private static TraceId traceId(ByteString id) {
    return id.size() == 16
        ? new TraceId(id.asReadOnlyByteBuffer().getLong(0), id.asReadOnlyByteBuffer().getLong(8))
        : new TraceId(0, 0);
  }
}
