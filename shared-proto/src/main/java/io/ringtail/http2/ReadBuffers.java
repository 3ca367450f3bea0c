package io.ringtail.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * What the transport asks before each read of one connection: into what, and whether to read on.
 * Threads: the connection's event loop.
 */
abstract class ReadBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
  private static final int READS_A_TURN = 16;

  ReadBuffers() {
    super(READS_A_TURN);
  }

  /** About as many bytes as {@link #next} has room for. */
  abstract int sizeBytes();

  /** An empty buffer for the next read; the caller's to release. */
  abstract ByteBuf next();

  /** Whether a turn may go on with another read. */
  boolean mayGoOn() {
    return true;
  }

  @Override
  @SuppressWarnings("deprecation") // the interface's own type
  public final Handle newHandle() {
    return new MaxMessageHandle() {
      @Override
      public int guess() {
        return sizeBytes();
      }

      @Override
      public ByteBuf allocate(ByteBufAllocator channels) {
        return next();
      }

      @Override
      public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
        return super.continueReading(maybeMore) && mayGoOn();
      }
    };
  }
}
