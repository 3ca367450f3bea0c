package io.ringtail.sampler.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.link.Header;
import io.ringtail.link.Peer;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.trace.TraceHash;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TransferCodecTest {
  private static final Peer ROUTER =
      new Peer("router-0", new Incarnation(new EpochOrder(3, 1L << 40), -5));
  private static final Peer OTHER = new Peer("", new Incarnation(EpochOrder.NONE, 0));

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private final TransferWriter writer = new TransferWriter(allocator, 64);

  @AfterEach
  void nothingLeaks() {
    writer.close();
    assertThat(allocator.metric().usedHeapMemory()).isZero();
  }

  private static Header header(String text) {
    return new Header(text.getBytes(StandardCharsets.UTF_8));
  }

  private void span(int group, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int at = writer.span(group, bytes.length);
    writer.buffer().setBytes(at, bytes);
  }

  /** Decisions, an open trace of two groups, a kept one; definitions in between. */
  private byte[] example() {
    int notes =
        writer.notes(
            new int[] {writer.router(ROUTER), writer.router(OTHER)}, new long[] {1L << 50, 0}, 2);
    writer.decisions(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}, 1, 2));
    writer.beginTrace(5, 6, writer.context(header("tenant")), notes, 1500, 4500, -1);
    int first = writer.group(header("resource"), header("scope"));
    span(first, "one");
    span(first, "two");
    span(writer.group(header("resource"), Header.EMPTY), "three");
    span(first, "");
    writer.end();
    writer.beginTrace(7, 8, writer.context(Header.EMPTY), -1, 0, 0, writer.policy("errors"));
    writer.end();
    writer.seen(new int[] {writer.router(OTHER)}, new long[] {77}, 1);
    return taken();
  }

  private byte[] taken() {
    ByteBuf batch = writer.take();
    try {
      return ByteBufUtil.getBytes(batch);
    } finally {
      batch.release();
    }
  }

  private static TransferBatch read(byte[] bytes) throws MalformedWireException {
    ByteBuf shifted = Unpooled.buffer(bytes.length + 3).writeZero(3).writeBytes(bytes);
    return TransferBatch.read(shifted.skipBytes(3));
  }

  private static String text(TransferCursor at) {
    return new String(at.array(), at.spanStart(), at.spanLength(), StandardCharsets.UTF_8);
  }

  @Test
  void batch_isReadAsWritten() throws Exception {
    TransferBatch batch = read(example());

    assertThat(batch.routers()).containsExactly(ROUTER, OTHER);
    assertThat(batch.seen().seqs()).containsExactly(77);
    assertThat(batch.decisions())
        .containsExactly(new TransferBatch.Decisions(0, Unpooled.wrappedBuffer(new byte[] {2, 3})));
    assertThat(batch.entry(0)).isEqualTo(1);
    assertThat(batch.entry(1)).isEqualTo(2);
    assertThat(batch.unfit()).isEmpty();
    assertThat(batch.traceCount()).isEqualTo(2);
    assertThat(batch.spanCount(0)).isEqualTo(4);
    assertThat(batch.spanBytes(0)).isEqualTo(11);
    assertThat(batch.slot(0)).isEqualTo(TraceHash.slot(5, 6));
    TransferCursor at = batch.cursor();
    at.trace(0);
    assertThat(batch.context(at.context())).isEqualTo(header("tenant"));
    assertThat(at.hi()).isEqualTo(5);
    assertThat(at.lo()).isEqualTo(6);
    assertThat(at.policy()).isEqualTo(TransferCursor.NONE);
    assertThat(at.ageMillis()).isEqualTo(1500);
    assertThat(at.remainingMillis()).isEqualTo(4500);
    assertThat(at.notes()).isZero();
    assertThat(batch.notes(0).seqs()).containsExactly(1L << 50, 0);
    assertThat(batch.notes(0).routers()).containsExactly(0, 1);
    assertThat(at.nextSpan()).isTrue();
    assertThat(text(at)).isEqualTo("one");
    assertThat(batch.scope(at.group())).isEqualTo(header("scope"));
    assertThat(at.nextSpan()).isTrue();
    assertThat(at.nextSpan()).isTrue();
    assertThat(text(at)).isEqualTo("three");
    assertThat(batch.scope(at.group())).isEqualTo(Header.EMPTY);
    assertThat(at.nextSpan()).isTrue();
    assertThat(at.group()).isZero();
    assertThat(at.nextSpan()).isFalse();
    at.trace(1);
    assertThat(batch.policy(at.policy())).isEqualTo("errors");
    assertThat(at.notes()).isEqualTo(TransferCursor.NONE);
    assertThat(at.nextSpan()).isFalse();
  }

  @Test
  void nextBatch_definesAnew() throws Exception {
    byte[] first = example();
    assertThat(example()).isEqualTo(first);
    assertThat(writer.isEmpty()).isTrue();
  }

  @Test
  void truncated_isRefusedOrReadsFewerEntries_neverFails() {
    byte[] whole = example();
    for (int length = 0; length < whole.length; length++) {
      walk(Arrays.copyOf(whole, length));
    }
  }

  @Test
  void anyByteChanged_isRefusedOrRead_neverFails() {
    byte[] whole = example();
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = whole.clone();
      for (int k = random.nextInt(3); k >= 0; k--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      walk(changed);
    }
  }

  /** Whatever is read without a complaint can be walked. */
  private static void walk(byte[] bytes) {
    TransferBatch batch;
    try {
      batch = read(bytes);
    } catch (MalformedWireException e) {
      return;
    }
    TransferCursor at = batch.cursor();
    for (int i = 0; i < batch.traceCount(); i++) {
      at.trace(i);
      batch.context(at.context());
      if (at.policy() != TransferCursor.NONE) {
        batch.policy(at.policy());
      }
      if (at.notes() != TransferCursor.NONE) {
        for (int router : batch.notes(at.notes()).routers()) {
          batch.routers().get(router);
        }
      }
      while (at.nextSpan()) {
        batch.resource(at.group());
        assertThat(at.spanStart() + at.spanLength()).isLessThanOrEqualTo(at.array().length);
      }
    }
  }

  @Test
  void unknownFields_areSkipped() throws Exception {
    writer.beginTrace(5, 6, writer.context(Header.EMPTY), -1, 1, 2, -1);
    int group = writer.group(Header.EMPTY, Header.EMPTY);
    writer.buffer().writeByte(30 << 3 & 0x7f | 0x80).writeByte(30 >>> 4).writeByte(9);
    span(group, "one");
    writer.end();
    writer.buffer().writeByte(15 << 3 | 2).writeByte(2).writeByte(1).writeByte(1);
    TransferBatch batch = read(taken());
    assertThat(batch.traceCount()).isEqualTo(1);
    TransferCursor at = batch.cursor();
    at.trace(0);
    assertThat(at.nextSpan()).isTrue();
    assertThat(text(at)).isEqualTo("one");
  }

  private static void assertOnlyUnfit(TransferBatch batch, String reason) {
    assertThat(batch.traceCount()).isZero();
    assertThat(batch.unfit()).hasSize(1);
    assertThat(batch.unfit().get(0).reason()).contains(reason);
  }

  @Test
  void traceThatMakesNoSense_isUnfitAlone() throws Exception {
    writer.decisions(Unpooled.wrappedBuffer(new byte[] {2, 3}));
    writer.beginTrace(5, 6, 3, -1, 1, 2, -1);
    writer.end();
    writer.beginTrace(5, 7, writer.context(Header.EMPTY), -1, 1, 2, -1);
    writer.end();
    TransferBatch batch = read(taken());

    assertThat(batch.unfit())
        .singleElement()
        .satisfies(
            unfit -> {
              assertThat(unfit.entry()).isEqualTo(1);
              assertThat(unfit.reason()).contains("context 3");
            });
    assertThat(batch.traceCount()).isEqualTo(1);
    assertThat(batch.entry(0)).isEqualTo(2);
    assertThat(batch.slot(0)).isEqualTo(TraceHash.slot(5, 7));
  }

  @Test
  void numbersWithoutDefinition_andLengthsPastTheEnd_areRefused() throws Exception {
    writer.beginTrace(5, 6, 3, -1, 1, 2, -1);
    writer.end();
    assertOnlyUnfit(read(taken()), "context 3");

    writer.beginTrace(5, 6, writer.context(Header.EMPTY), 0, 1, 2, -1);
    writer.end();
    assertOnlyUnfit(read(taken()), "notes 1");

    writer.beginTrace(5, 6, writer.context(Header.EMPTY), -1, 1, 2, -1);
    span(1, "x");
    writer.end();
    assertOnlyUnfit(read(taken()), "group 1");

    writer.notes(new int[] {1}, new long[] {1}, 1);
    writer.router(ROUTER);
    assertThatThrownBy(() -> read(taken())).hasMessageContaining("router 1");

    writer.beginTrace(0, 0, writer.context(Header.EMPTY), -1, 1, 2, -1);
    writer.end();
    assertOnlyUnfit(read(taken()), "trace ID");

    byte[] hostile = {(byte) TransferFields.TRACE, -1, -1, -1, -1, 7, 0};
    assertThatThrownBy(() -> read(hostile)).isInstanceOf(MalformedWireException.class);
  }
}
