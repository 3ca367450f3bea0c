package io.ringtail.sampler.buffer;

import static io.ringtail.sampler.buffer.BlockPool.BLOCK_BYTES;
import static io.ringtail.sampler.buffer.BlockPool.NONE;

import io.netty.buffer.ByteBuf;

/**
 * Goes through the spans of a trace in the order of their arrival. Valid while the trace is not
 * changed. Threads: one.
 */
public final class SpanCursor {
  private final BlockPool pool;
  private int remaining;
  private int block = NONE;
  private int at;
  private int length;
  private int group;
  private boolean copied;

  SpanCursor(BlockPool pool) {
    this.pool = pool;
  }

  /** Before the first span of a trace. */
  public SpanCursor reset(int trace) {
    remaining = pool.getInt(trace, TraceTable.SPAN_COUNT);
    block = pool.getInt(trace, TraceTable.HEAD);
    at = SpanStore.LINK_BYTES;
    length = 0;
    copied = true;
    return this;
  }

  /** Goes to the next span; false if there is none. */
  public boolean next() {
    if (!copied) {
      skip();
    }
    if (remaining-- == 0) {
      return false;
    }
    at = (at + 3) & ~3;
    if (BLOCK_BYTES - at < SpanStore.RECORD_HEADER_BYTES) {
      block = pool.getInt(block, 0);
      at = SpanStore.LINK_BYTES;
    }
    group = pool.getInt(block, at);
    length = pool.getInt(block, at + 4);
    at += SpanStore.RECORD_HEADER_BYTES;
    copied = false;
    return true;
  }

  private void skip() {
    int left = length;
    while (left > BLOCK_BYTES - at) {
      left -= BLOCK_BYTES - at;
      block = pool.getInt(block, 0);
      at = SpanStore.LINK_BYTES;
    }
    at += left;
    copied = true;
  }

  public int group() {
    return group;
  }

  /** Bytes of the present span. */
  public int length() {
    return length;
  }

  /**
   * Copies the present span, once.
   *
   * @param target borrowed; has room for {@link #length} bytes at {@code index}
   */
  public void copyTo(ByteBuf target, int index) {
    int done = 0;
    while (done < length) {
      if (at == BLOCK_BYTES) {
        block = pool.getInt(block, 0);
        at = SpanStore.LINK_BYTES;
      }
      int piece = Math.min(length - done, BLOCK_BYTES - at);
      pool.read(block, at, target, index + done, piece);
      done += piece;
      at += piece;
    }
    copied = true;
  }
}
