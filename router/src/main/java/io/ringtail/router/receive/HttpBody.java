package io.ringtail.router.receive;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The body of the request that a connection is at: in the event loop's {@link BodyScratch} if it
 * comes in one piece, else in a buffer of its own, which grows. Threads: the event loop.
 */
final class HttpBody {
  private static final int FIRST_BUFFER_BYTES = 64 * 1024;

  private final int maxBytes;
  private @Nullable ByteBuf pieces;
  private int onlyPieceBytes;

  HttpBody(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Takes the next piece. After the last one {@link #array} is the body until the loop's next one,
   * or {@link #release}.
   *
   * @param piece borrowed
   */
  void take(ByteBufAllocator allocator, ByteBuf piece, boolean last) {
    if (last && pieces == null) {
      onlyPieceBytes = piece.readableBytes();
      piece.readBytes(BodyScratch.current().raw(onlyPieceBytes), 0, onlyPieceBytes);
      return;
    }
    ByteBuf into = pieces;
    if (into == null) {
      into = allocator.heapBuffer(Math.min(FIRST_BUFFER_BYTES, maxBytes), maxBytes);
      pieces = into;
    }
    into.writeBytes(piece);
  }

  byte[] array() {
    ByteBuf buffer = pieces;
    return buffer == null ? BodyScratch.current().rawArray() : buffer.array();
  }

  int offset() {
    ByteBuf buffer = pieces;
    return buffer == null ? 0 : buffer.arrayOffset() + buffer.readerIndex();
  }

  int length() {
    ByteBuf buffer = pieces;
    return buffer == null ? onlyPieceBytes : buffer.readableBytes();
  }

  /** There is none, or it is not needed any more. */
  void release() {
    ByteBuf buffer = pieces;
    pieces = null;
    if (buffer != null) {
      buffer.release();
    }
  }
}
