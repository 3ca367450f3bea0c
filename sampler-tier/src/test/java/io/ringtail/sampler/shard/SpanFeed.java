package io.ringtail.sampler.shard;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.link.Header;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.trace.TraceHash;
import java.io.ByteArrayOutputStream;
import java.util.Random;

/**
 * An endless feed of batches like those of a busy link: 512 spans, each of another trace, of a
 * window of open traces that moves on; attributes as HTTP and database clients set them. One
 * message holds the spans of many batches and each pass over it writes new random trace, span and
 * start values into them, so that every span is new while the feed itself costs little. The open
 * traces are gone through in another order each time, so that those next to each other in one batch
 * are not in the next.
 */
final class SpanFeed {
  static final int BATCH = 512;

  /** Encoded templates: larger than the caches of a core. */
  private static final int TEMPLATES = 1 << 14;

  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  /** By each of these in turn all open traces are gone through: none divides their number. */
  private static final int[] STRIDES = {
    15485863, 32452843, 49979687, 67867967, 86028121, 104395301, 122949823, 141650939
  };

  private final int spansPerTrace;
  private final int openTraces;
  private final int spanBytes;
  private final ByteBuf message;
  private final int[] offsets = new int[TEMPLATES];
  private final int[] lengths = new int[TEMPLATES];
  private final int templateBytes;
  private final int spansInMessage;
  private final ShardBatch.Group[] groups = new ShardBatch.Group[8];
  private final boolean staggered;
  private int nextInMessage;
  private int slot;
  private long batches;
  private long sent;

  /** A feed whose message is of some 8 MB. */
  SpanFeed(int spanBytes, int spansPerTrace, int openTraces, boolean staggered) {
    this(spanBytes, spansPerTrace, openTraces, staggered, 1);
  }

  /**
   * @param spanBytes encoded size of a span, at least 400
   * @param openTraces traces whose spans come interleaved
   * @param staggered whether they are at different stages, the first ones being incomplete
   * @param messageBytes least size of the message that is gone through before any of it comes again
   */
  SpanFeed(int spanBytes, int spansPerTrace, int openTraces, boolean staggered, int messageBytes) {
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
    byte[] templates = out.toByteArray();
    this.templateBytes = templates.length;
    int copies = Math.max(1, (messageBytes + templateBytes - 1) / templateBytes);
    byte[] all = new byte[Math.multiplyExact(copies, templateBytes)];
    for (int i = 0; i < copies; i++) {
      System.arraycopy(templates, 0, all, i * templateBytes, templateBytes);
    }
    this.spansInMessage = copies * TEMPLATES;
    this.message = Unpooled.wrappedBuffer(all);
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
      int template = nextInMessage & (TEMPLATES - 1);
      int offset = nextInMessage / TEMPLATES * templateBytes + offsets[template];
      nextInMessage = nextInMessage + 1 < spansInMessage ? nextInMessage + 1 : 0;
      stamp(offset);
      spans[3 * i] = i * groups.length / BATCH;
      spans[3 * i + 1] = offset;
      spans[3 * i + 2] = lengths[template];
      bytes += lengths[template];
    }
    batches++;
    return new ShardBatch(
        0, message.retain(), 0, batches, 0, false, 0, groups, spans, BATCH, bytes);
  }

  /** Trace ID at 2 and span ID at 20: they are the first fields of a span. */
  private void stamp(int offset) {
    long pass = sent / openTraces;
    slot = (int) (((long) slot + STRIDES[(int) (pass % STRIDES.length)]) % openTraces);
    long phase = staggered ? slot % spansPerTrace : 0;
    long generation = (pass + phase) / spansPerTrace;
    long trace = generation * openTraces + slot;
    message.setLong(offset + 2, TraceHash.mix(GOLDEN, trace));
    message.setLong(offset + 10, trace * GOLDEN);
    message.setLong(offset + 20, sent);
    sent++;
  }

  long sent() {
    return sent;
  }

  /** Seq of the latest batch. */
  long batches() {
    return batches;
  }

  /** The oldest batch of which a span may be in an open trace. */
  long oldestOpenBatch() {
    return Math.max(1, batches - 2L * openTraces * spansPerTrace / BATCH);
  }
}
