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
    while (request.enterNext(Otlp.REQUEST_RESOURCE_SPANS, resource)) {
      while (resource.enterNext(Otlp.RESOURCE_SPANS_SCOPE_SPANS, scope)) {
        while (scope.enterNext(Otlp.SCOPE_SPANS_SPANS, span)) {
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
