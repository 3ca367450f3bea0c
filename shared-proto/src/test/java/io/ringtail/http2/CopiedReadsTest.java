package io.ringtail.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CopiedReadsTest {
  private static final int READ_BYTES = 8 << 10;
  private static final int PREFACE_BYTES = 24;

  private final CopiedReads reads = new CopiedReads(READ_BYTES);
  private final EmbeddedChannel channel = new EmbeddedChannel();

  @AfterEach
  void end() {
    channel.finishAndReleaseAll();
  }

  /** As a transport does it: asks for a buffer, fills it, fires it. */
  @SuppressWarnings("deprecation") // the interface's own type
  private ByteBuf read(byte[] bytes) {
    ByteBuf buffer =
        channel.config().getRecvByteBufAllocator().newHandle().allocate(ByteBufAllocator.DEFAULT);
    assertThat(buffer.isDirect()).isTrue();
    assertThat(buffer.capacity()).isEqualTo(READ_BYTES);
    channel.writeInbound(buffer.writeBytes(bytes));
    return buffer;
  }

  @Test
  void whatWasRead_isHandedOnInABufferOfItsOwnLength() {
    reads.attach(channel, null);
    ByteBuf first = read(new byte[] {1, 2, 3});
    ByteBuf second = read(new byte[] {4});

    assertThat(second).as("one buffer for all reads").isSameAs(first);
    ByteBuf handedOn = channel.readInbound();
    assertThat(handedOn.capacity()).isEqualTo(3);
    assertThat(handedOn.getByte(2)).isEqualTo((byte) 3);
    handedOn.release();
    ByteBuf next = channel.readInbound();
    assertThat(next.getByte(0)).isEqualTo((byte) 4);
    next.release();
  }

  @Test
  void readThatBringsNothing_isNotHandedOn() {
    reads.attach(channel, null);
    read(new byte[0]);
    assertThat((ByteBuf) channel.readInbound()).isNull();
  }

  @Test
  void frameOverTwoReads_endsWithEachOfThem() {
    reads.attach(channel, new DataPieces(READ_BYTES));
    byte[] begun = new byte[PREFACE_BYTES + DataPieces.HEADER_BYTES + 10];
    begun[PREFACE_BYTES + 2] = 30; // length; type and flags are 0
    begun[PREFACE_BYTES + 8] = 1; // stream
    read(begun);
    read(new byte[20]);

    ByteBuf first = channel.readInbound();
    assertThat(first.getUnsignedMedium(PREFACE_BYTES)).isEqualTo(10);
    first.release();
    ByteBuf second = channel.readInbound();
    assertThat(second.readableBytes()).isEqualTo(DataPieces.HEADER_BYTES + 20);
    assertThat(second.getUnsignedMedium(0)).isEqualTo(20);
    second.release();
  }
}
