package io.ringtail.router.receive;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * What has come of the body of the request that a connection is at: copied, since a piece may lie
 * in a larger buffer than itself, into chunks that together are at most twice that. Outside the
 * heap while the connections' memory has room. Threads: the event loop.
 */
final class HttpBody {
  private static final int LEAST_CHUNK_BYTES = 256;
  private static final int MOST_CHUNK_BYTES = 64 << 10;

  private final List<ByteBuf> chunks = new ArrayList<>(0);
  private int length;

  /**
   * Takes a piece that is not the last.
   *
   * @param piece borrowed
   */
  void add(ByteBufAllocator allocator, ByteBuf piece) {
    while (piece.isReadable()) {
      ByteBuf chunk = roomFor(allocator, piece.readableBytes());
      int count = Math.min(piece.readableBytes(), chunk.writableBytes());
      chunk.writeBytes(piece, count);
      length += count;
    }
  }

  private ByteBuf roomFor(ByteBufAllocator allocator, int bytes) {
    ByteBuf last = chunks.isEmpty() ? null : chunks.get(chunks.size() - 1);
    if (last != null && last.isWritable()) {
      return last;
    }
    int wanted = Math.max(LEAST_CHUNK_BYTES, Math.max(bytes, length));
    int size = Math.min(MOST_CHUNK_BYTES, wanted);
    ByteBuf chunk = allocator.buffer(size, size);
    chunks.add(chunk);
    return chunk;
  }

  /**
   * Takes the last piece. The body is in {@link BodyScratch#rawArray} then, and nothing here.
   *
   * @param piece borrowed
   * @return its length
   */
  int end(BodyScratch scratch, ByteBuf piece) {
    int whole = length + piece.readableBytes();
    byte[] array = scratch.raw(whole);
    int at = 0;
    for (ByteBuf chunk : chunks) {
      int count = chunk.readableBytes();
      chunk.readBytes(array, at, count);
      at += count;
    }
    piece.readBytes(array, at, whole - at);
    release();
    return whole;
  }

  /** There is none, or it is not needed any more. */
  void release() {
    chunks.forEach(ByteBuf::release);
    chunks.clear();
    length = 0;
  }
}
