package io.ringtail.cli.replay;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;

/** Counts the spans of a request and finds the latest end of one. Threads: one at a time. */
final class SpanTally {
  private final WireReader request = new WireReader();
  private final WireReader resource = new WireReader();
  private final WireReader scope = new WireReader();
  private final WireReader span = new WireReader();
  private long spanCount;
  private long latestEndNanos;

  void read(byte[] protobuf, int length) throws MalformedWireException {
    spanCount = 0;
    latestEndNanos = 0;
    request.reset(protobuf, 0, length);
    while (into(request, Otlp.REQUEST_RESOURCE_SPANS, resource)) {
      while (into(resource, Otlp.RESOURCE_SPANS_SCOPE_SPANS, scope)) {
        while (into(scope, Otlp.SCOPE_SPANS_SPANS, span)) {
          readSpan();
        }
      }
    }
  }

  long spanCount() {
    return spanCount;
  }

  long latestEndNanos() {
    return latestEndNanos;
  }

  /**
   * Goes to the next field {@code tag} of {@code outer} and lets {@code inner} read its content.
   */
  private static boolean into(WireReader outer, int tag, WireReader inner)
      throws MalformedWireException {
    while (outer.next()) {
      if (outer.tag() == tag) {
        int length = outer.readLength();
        int start = outer.position();
        inner.reset(outer.array(), start, start + length);
        outer.position(start + length);
        return true;
      }
      outer.skip();
    }
    return false;
  }

  private void readSpan() throws MalformedWireException {
    spanCount++;
    while (span.next()) {
      if (span.tag() == Otlp.SPAN_END_TIME) {
        latestEndNanos = Math.max(latestEndNanos, span.readFixed64());
      } else {
        span.skip();
      }
    }
  }
}
