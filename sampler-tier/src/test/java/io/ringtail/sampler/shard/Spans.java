package io.ringtail.sampler.shard;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.ringtail.link.Header;
import io.ringtail.sampler.gather.ShardBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Encoded spans and batches of them, for tests. */
final class Spans {
  static final ShardBatch.Group GROUP =
      new ShardBatch.Group(Header.EMPTY, resource("checkout"), scope("http"));

  private Spans() {}

  static Header resource(String service) {
    return new Header(
        ResourceSpans.newBuilder()
            .setResource(Resource.newBuilder().addAttributes(attribute("service.name", service)))
            .setSchemaUrl("https://example.org/" + service)
            .build()
            .toByteArray());
  }

  static Header scope(String name) {
    return new Header(
        ScopeSpans.newBuilder()
            .setScope(InstrumentationScope.newBuilder().setName(name))
            .build()
            .toByteArray());
  }

  static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  static Span.Builder span(long trace, long id) {
    return Span.newBuilder()
        .setTraceId(ByteString.copyFrom(ByteBuffer.allocate(16).putLong(7).putLong(trace).array()))
        .setSpanId(ByteString.copyFrom(ByteBuffer.allocate(8).putLong(id).array()))
        .setParentSpanId(ByteString.copyFrom(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}))
        .setName("GET /" + id)
        .setStartTimeUnixNano(1_000_000_000L)
        .setEndTimeUnixNano(1_000_500_000L);
  }

  static Span.Builder root(long trace, long id) {
    return span(trace, id).clearParentSpanId();
  }

  static Span.Builder error(long trace, long id) {
    return span(trace, id)
        .setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR));
  }

  /** A span of about so many bytes. */
  static byte[] sized(long trace, long id, int bytes, Random random) {
    byte[] filler = new byte[Math.max(0, bytes - 80)];
    random.nextBytes(filler);
    return span(trace, id)
        .setName("")
        .addAttributes(
            KeyValue.newBuilder()
                .setKey("filler")
                .setValue(AnyValue.newBuilder().setBytesValue(ByteString.copyFrom(filler))))
        .build()
        .toByteArray();
  }

  static ShardBatch batch(Span.Builder... spans) {
    List<byte[]> encoded = new ArrayList<>();
    for (Span.Builder span : spans) {
      encoded.add(span.build().toByteArray());
    }
    return batch(GROUP, encoded);
  }

  static ShardBatch batch(ShardBatch.Group group, List<byte[]> spans) {
    Map<ShardBatch.Group, List<byte[]>> one = new LinkedHashMap<>();
    one.put(group, spans);
    return batch(0, 0, one);
  }

  static ShardBatch batch(int shard, long ageMillis, Map<ShardBatch.Group, List<byte[]>> spans) {
    int count = spans.values().stream().mapToInt(List::size).sum();
    int bytes = spans.values().stream().flatMap(List::stream).mapToInt(s -> s.length).sum();
    ByteBuf message = Unpooled.buffer(bytes + 3);
    message.writeBytes(new byte[3]);
    int[] ranges = new int[3 * count];
    int at = 0;
    int group = 0;
    for (List<byte[]> ofGroup : spans.values()) {
      for (byte[] span : ofGroup) {
        ranges[at++] = group;
        ranges[at++] = message.writerIndex();
        ranges[at++] = span.length;
        message.writeBytes(span);
      }
      group++;
    }
    ShardBatch.Group[] groups = spans.keySet().toArray(ShardBatch.Group[]::new);
    return new ShardBatch(
        shard, message, 0, 1, 0, ageMillis > 0, ageMillis, groups, ranges, count, bytes);
  }
}
