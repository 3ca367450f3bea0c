package io.ringtail.sampler.shard;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.link.Header;
import java.io.ByteArrayOutputStream;
import java.util.Random;

/**
 * An endless feed of batches like those of a busy link: 512 spans, each of another trace, of a
 * window of open traces that moves on; attributes as HTTP and database clients set them. One
 * message holds the spans of many batches and each pass over it writes new trace, span and start
 * values into them, so that every span is new while the feed itself costs little.
 */
final class SpanFeed {
  static final int BATCH = 512;

  /** Encoded templates, cycled: larger than the caches of a core. */
  private static final int TEMPLATES = 1 << 14;

  private final int spansPerTrace;
  private final int openTraces;
  private final int spanBytes;
  private final ByteBuf message;
  private final int[] offsets = new int[TEMPLATES];
  private final int[] lengths = new int[TEMPLATES];
  private final ShardBatch.Group[] groups = new ShardBatch.Group[8];
  private final boolean staggered;
  private int template;
  private long sent;

  /**
   * @param spanBytes encoded size of a span, at least 400
   * @param openTraces traces whose spans come interleaved
   * @param staggered whether they are at different stages, the first ones being incomplete
   */
  SpanFeed(int spanBytes, int spansPerTrace, int openTraces, boolean staggered) {
    this.spanBytes = spanBytes;
    this.spansPerTrace = spansPerTrace;
    this.openTraces = openTraces;
    this.staggered = staggered;
    Random random = new Random(42);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < TEMPLATES; i++) {
      byte[] span = template(random);
      offsets[i] = out.size();
      lengths[i] = span.length;
      out.writeBytes(span);
    }
    this.message = Unpooled.wrappedBuffer(out.toByteArray());
    for (int i = 0; i < groups.length; i++) {
      groups[i] = new ShardBatch.Group(Header.EMPTY, Spans.resource("s" + i), Spans.scope("http"));
    }
  }

  private byte[] template(Random random) {
    Span.Builder span =
        Spans.span(1, 1)
            .setName("GET /api/v1/orders/{id}")
            .setKind(Span.SpanKind.SPAN_KIND_SERVER)
            .addAttributes(Spans.attribute("http.request.method", "GET"))
            .addAttributes(Spans.attribute("http.route", "/api/v1/orders/{id}"))
            .addAttributes(Spans.attribute("server.address", "orders.example.org"))
            .addAttributes(Spans.attribute("network.protocol.version", "1.1"))
            .addAttributes(Spans.attribute("thread.name", "exec-" + random.nextInt(64)));
    int missing = spanBytes - span.build().getSerializedSize() - 24;
    byte[] filler = new byte[Math.max(1, missing)];
    random.nextBytes(filler);
    for (int i = 0; i < filler.length; i++) {
      filler[i] = (byte) ('a' + (filler[i] & 15));
    }
    return span.addAttributes(
            Spans.attribute("url.full", ByteString.copyFrom(filler).toStringUtf8()))
        .build()
        .toByteArray();
  }

  /** The next batch; its message is retained for it. */
  ShardBatch next() {
    int[] spans = new int[3 * BATCH];
    int bytes = 0;
    for (int i = 0; i < BATCH; i++) {
      int at = template++ & (TEMPLATES - 1);
      stamp(offsets[at]);
      spans[3 * i] = i * groups.length / BATCH;
      spans[3 * i + 1] = offsets[at];
      spans[3 * i + 2] = lengths[at];
      bytes += lengths[at];
    }
    return new ShardBatch(0, message.retain(), 0, 1, 0, false, 0, groups, spans, BATCH, bytes);
  }

  /** Trace ID at 2 and span ID at 20: they are the first fields of a span. */
  private void stamp(int offset) {
    long slot = sent % openTraces;
    long phase = staggered ? slot % spansPerTrace : 0;
    long generation = (sent / openTraces + phase) / spansPerTrace;
    long trace = generation * openTraces + slot;
    message.setLong(offset + 2, trace * 0x9e3779b97f4a7c15L);
    message.setLong(offset + 10, trace);
    message.setLong(offset + 20, sent);
    sent++;
  }

  long sent() {
    return sent;
  }
}
