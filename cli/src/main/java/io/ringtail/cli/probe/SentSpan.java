package io.ringtail.cli.probe;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.HexFormat;

/**
 * One span of a marked trace, and all that must come out with it.
 *
 * @param resource of it, with its one scope
 */
record SentSpan(ResourceSpans resource) {
  Span span() {
    return resource.getScopeSpans(0).getSpans(0);
  }

  Resource ofService() {
    return resource.getResource();
  }

  ByteString id() {
    return span().getSpanId();
  }

  byte[] request() {
    return ExportTraceServiceRequest.newBuilder().addResourceSpans(resource).build().toByteArray();
  }

  /** How it is told: its name and ID. */
  String told() {
    return span().getName() + " (" + hex(id()) + ")";
  }

  static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }
}
