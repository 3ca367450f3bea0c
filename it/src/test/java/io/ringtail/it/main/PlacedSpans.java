package io.ringtail.it.main;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.trace.TraceId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The spans of export requests by trace, each with what it stood under. All bytes are taken as they
 * stand in the request: parsing and writing may reorder fields. Threads: any.
 */
final class PlacedSpans {
  private static final int RESOURCE_SPANS = 1;
  private static final int SCOPE_SPANS = 2;
  private static final int SPANS = 2;

  private final Map<TraceId, List<Placed>> traces = new HashMap<>();
  private long count;

  /**
   * A span and where it stood.
   *
   * @param resource all of its ResourceSpans message but the scopes: resource and schema URL
   * @param scope all of its ScopeSpans message but the spans: scope and schema URL
   */
  record Placed(ByteString resource, ByteString scope, ByteString span) {}

  /** A message without the fields of one number, and those. */
  private record Parts(ByteString rest, List<ByteString> fields) {
    static Parts of(ByteString message, int number) throws IOException {
      ByteString rest = ByteString.EMPTY;
      List<ByteString> fields = new ArrayList<>();
      CodedInputStream in = message.newCodedInput();
      int start = 0;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == number) {
          fields.add(in.readBytes());
        } else {
          in.skipField(tag);
          rest = rest.concat(message.substring(start, in.getTotalBytesRead()));
        }
        start = in.getTotalBytesRead();
      }
      return new Parts(rest, fields);
    }
  }

  /**
   * @param request an encoded ExportTraceServiceRequest
   */
  synchronized void add(byte[] request) throws IOException {
    for (ByteString resource : Parts.of(ByteString.copyFrom(request), RESOURCE_SPANS).fields()) {
      Parts scopes = Parts.of(resource, SCOPE_SPANS);
      for (ByteString scope : scopes.fields()) {
        Parts spans = Parts.of(scope, SPANS);
        for (ByteString span : spans.fields()) {
          count++;
          traces
              .computeIfAbsent(traceId(Span.parseFrom(span)), id -> new ArrayList<>())
              .add(new Placed(scopes.rest(), spans.rest(), span));
        }
      }
    }
  }

  private static TraceId traceId(Span span) {
    return new TraceId(
        span.getTraceId().asReadOnlyByteBuffer().getLong(0),
        span.getTraceId().asReadOnlyByteBuffer().getLong(8));
  }

  /** Spans added, those that stand there twice counted twice. */
  synchronized long count() {
    return count;
  }

  /** A copy of what was added, in order of arrival. */
  synchronized Map<TraceId, List<Placed>> traces() {
    Map<TraceId, List<Placed>> copy = new HashMap<>();
    traces.forEach((id, spans) -> copy.put(id, List.copyOf(spans)));
    return copy;
  }
}
