package io.ringtail.it.resize;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import io.ringtail.trace.TraceId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How often each span of {@link TraceLoad} has come to the sink. Threads: any. */
final class SinkLog {
  private final Map<TraceId, byte[]> counts = new ConcurrentHashMap<>();

  /** Takes one encoded span. */
  void take(byte[] body, int start, int end) throws MalformedWireException {
    long hi = 0;
    long lo = 0;
    int index = -1;
    WireReader span = new WireReader().reset(body, start, end);
    while (span.next()) {
      if (span.tag() == Otlp.SPAN_TRACE_ID && span.readLength() == 16) {
        hi = WireReader.longBigEndian(body, span.position());
        lo = WireReader.longBigEndian(body, span.position() + 8);
        span.position(span.position() + 16);
      } else if (span.tag() == Otlp.SPAN_SPAN_ID && span.readLength() == 8) {
        index = (int) WireReader.longBigEndian(body, span.position()) - 1;
        break;
      } else {
        span.skip();
      }
    }
    count(new TraceId(hi, lo), index);
  }

  private void count(TraceId trace, int span) {
    counts.compute(
        trace,
        (id, seen) -> {
          byte[] counted = seen == null ? new byte[64] : seen;
          counted[span]++;
          return counted;
        });
  }

  /** Times a span has come. */
  int times(SentTrace trace, int span) {
    byte[] seen = counts.get(new TraceId(trace.hi, trace.lo));
    return seen == null ? 0 : seen[span];
  }

  /** Whether anything of a trace has come. */
  boolean has(SentTrace trace) {
    return counts.containsKey(new TraceId(trace.hi, trace.lo));
  }
}
