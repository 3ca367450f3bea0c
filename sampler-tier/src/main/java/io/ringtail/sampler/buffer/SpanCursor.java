package io.ringtail.sampler.buffer;

import static io.ringtail.sampler.buffer.BlockPool.NONE;
import static io.ringtail.sampler.buffer.BlockPool.RUN_START;
import static io.ringtail.sampler.buffer.BlockPool.block;
import static io.ringtail.sampler.buffer.BlockPool.runEnd;

import io.netty.buffer.ByteBuf;

/**
 * Goes through the spans of a trace in the order of their arrival. Valid while the trace is not
 * changed. Threads: one.
 */
public final class SpanCursor {
  private final BlockPool pool;
  private int remaining;
  private int run = NONE;
  private int at;
  private int end;
  private int length;
  private int group;
  private boolean copied;

  SpanCursor(BlockPool pool) {
    this.pool = pool;
  }

  /** Before the first span of a trace. */
  public SpanCursor reset(int trace) {
    remaining = pool.getInt(trace, TraceTable.SPAN_COUNT);
    if (remaining > 0) {
      goTo(pool.getInt(trace, TraceTable.HEAD));
    }
    length = 0;
    copied = true;
    return this;
  }

  private void goTo(int newRun) {
    run = newRun;
    at = RUN_START;
    end = runEnd(newRun);
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
    if (end - at < SpanStore.RECORD_HEADER_BYTES) {
      goTo(pool.nextRun(run));
    }
    group = pool.getInt(block(run), at);
    length = pool.getInt(block(run), at + 4);
    at += SpanStore.RECORD_HEADER_BYTES;
    copied = false;
    return true;
  }

  private void skip() {
    int left = length;
    while (left > end - at) {
      left -= end - at;
      goTo(pool.nextRun(run));
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
      if (at == end) {
        goTo(pool.nextRun(run));
      }
      int piece = Math.min(length - done, end - at);
      pool.read(block(run), at, target, index + done, piece);
      done += piece;
      at += piece;
    }
    copied = true;
  }
}
