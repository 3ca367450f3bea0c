package io.ringtail.router.split;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.util.Random;

/** Encoded requests for tests of other packages. */
public final class SampleRequests {
  private SampleRequests() {}

  /** Spans of 150 bytes with random IDs, of two resources. */
  public static byte[] of(Random random, int spans) {
    return Requests.request(random, spans, 150, 2, 100).toByteArray();
  }

  /**
   * {@code good} spans as above, and two among them that no owner gets: one with a trace ID of zero
   * bytes, one whose span ID is a byte short.
   */
  public static byte[] withTwoInvalid(Random random, int good) {
    ExportTraceServiceRequest.Builder request =
        Requests.request(random, good, 150, 2, 100).toBuilder();
    request
        .getResourceSpansBuilder(0)
        .getScopeSpansBuilder(0)
        .addSpans(0, Requests.span(random, 150).setTraceId(ByteString.copyFrom(new byte[16])));
    request
        .getResourceSpansBuilder(1)
        .getScopeSpansBuilder(0)
        .addSpans(Requests.span(random, 150).setSpanId(Requests.bytes(random, 7)));
    return request.build().toByteArray();
  }

  /** Valid spans of {@code spanBytes}, of eight resources of 300 bytes. */
  public static byte[] of(Random random, int spans, int spanBytes) {
    return Requests.request(random, spans, spanBytes, 8, 300).toByteArray();
  }
}
