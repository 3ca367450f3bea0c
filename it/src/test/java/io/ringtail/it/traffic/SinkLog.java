package io.ringtail.it.traffic;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import io.ringtail.trace.TraceId;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How often each span of {@link TraceLoad} has come to the sink; those of others are passed over.
 * Threads: any.
 */
public final class SinkLog {
  private static final int MOST_SPANS = 64;

  private final Map<TraceId, Seen> traces = new ConcurrentHashMap<>();
  private final AtomicLong spans = new AtomicLong();
  private final AtomicLong distinct = new AtomicLong();

  private record Seen(long firstNanos, byte[] counts) {}

  /** Takes one encoded span. */
  public void take(byte[] body, int start, int end) throws MalformedWireException {
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
    if (index >= 0 && index < MOST_SPANS) {
      count(new TraceId(hi, lo), index);
    }
  }

  private void count(TraceId trace, int span) {
    spans.incrementAndGet();
    traces.compute(
        trace,
        (id, seen) -> {
          Seen now = seen == null ? new Seen(System.nanoTime(), new byte[MOST_SPANS]) : seen;
          if (now.counts[span]++ == 0) {
            distinct.incrementAndGet();
          }
          return now;
        });
  }

  /** Times a span has come. */
  public int times(SentTrace trace, int span) {
    Seen seen = seen(trace);
    return seen == null ? 0 : seen.counts[span];
  }

  /** When the first of a trace came; empty if nothing has. */
  public OptionalLong firstNanos(SentTrace trace) {
    Seen seen = seen(trace);
    return seen == null ? OptionalLong.empty() : OptionalLong.of(seen.firstNanos);
  }

  private @Nullable Seen seen(SentTrace trace) {
    return traces.get(new TraceId(trace.hi, trace.lo));
  }

  /** Spans that have come, again or not. */
  public long spans() {
    return spans.get();
  }

  /** Spans that have come, each counted once. */
  public long distinctSpans() {
    return distinct.get();
  }
}
