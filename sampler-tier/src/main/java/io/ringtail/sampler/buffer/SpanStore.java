package io.ringtail.sampler.buffer;

import static io.ringtail.sampler.buffer.BlockPool.BLOCK_BYTES;
import static io.ringtail.sampler.buffer.BlockPool.NONE;

/**
 * The spans of a shard's traces, each trace a chain of blocks. A record is {group, length, span
 * bytes}, begins at a multiple of four and never splits its first eight bytes; the bytes run on
 * through as many blocks as they need.
 *
 * <p>A span whose equal bytes are in the trace already is not added (protocol A7). Threads: one.
 */
public final class SpanStore {
  static final int LINK_BYTES = 4;
  static final int RECORD_HEADER_BYTES = 8;

  private final BlockPool pool;
  private final Fingerprints fingerprints;

  public SpanStore(BlockPool pool) {
    this.pool = pool;
    this.fingerprints = new Fingerprints(pool);
  }

  /** The most that a span can take, a new trace and everything around it included. */
  public static long worstCaseBytes(long spanCount, long spanBytes) {
    long perSpan = 2L * BLOCK_BYTES + TraceTable.INDEX_BYTES_PER_TRACE + RECORD_HEADER_BYTES + 8;
    return spanBytes + spanBytes / 30 + spanCount * (perSpan + Fingerprints.LARGE_BYTES_PER_SPAN);
  }

  /**
   * Copies a span into its trace.
   *
   * @param group what {@link GroupTable} calls its resource and scope
   * @param array borrowed; the span's bytes lie at {@code [offset, offset + length)}
   * @return false if the trace has a span of the same bytes already
   */
  public boolean append(int trace, int group, byte[] array, int offset, int length) {
    int count = pool.getInt(trace, TraceTable.SPAN_COUNT);
    long hash = SpanHash.hash(array, offset, length);
    if (count > 0 && fingerprints.contains(this, trace, count, hash, array, offset, length)) {
      return false;
    }
    int reference = write(trace, group, array, offset, length);
    fingerprints.add(trace, count, hash, reference);
    pool.putInt(trace, TraceTable.SPAN_COUNT, count + 1);
    int bytes = pool.getInt(trace, TraceTable.SPAN_BYTES);
    pool.putInt(trace, TraceTable.SPAN_BYTES, bytes + length);
    return true;
  }

  /** Writes a record at the end of the chain; returns where: block × 32 + offset ÷ 4. */
  private int write(int trace, int group, byte[] array, int offset, int length) {
    int block = pool.getInt(trace, TraceTable.TAIL);
    int at = block == NONE ? BLOCK_BYTES : pool.getInt(trace, TraceTable.TAIL_OFFSET);
    if (BLOCK_BYTES - at < RECORD_HEADER_BYTES) {
      block = extend(trace, block);
      at = LINK_BYTES;
    }
    int reference = (block << 5) | (at >>> 2);
    pool.putInt(block, at, group);
    pool.putInt(block, at + 4, length);
    at += RECORD_HEADER_BYTES;
    int done = 0;
    while (done < length) {
      if (at == BLOCK_BYTES) {
        block = extend(trace, block);
        at = LINK_BYTES;
      }
      int piece = Math.min(length - done, BLOCK_BYTES - at);
      pool.write(block, at, array, offset + done, piece);
      done += piece;
      at += piece;
    }
    pool.putInt(trace, TraceTable.TAIL_OFFSET, (at + 3) & ~3);
    return reference;
  }

  private int extend(int trace, int tail) {
    int block = pool.allocate();
    pool.putInt(block, 0, NONE);
    if (tail == NONE) {
      pool.putInt(trace, TraceTable.HEAD, block);
    } else {
      pool.putInt(tail, 0, block);
    }
    pool.putInt(trace, TraceTable.TAIL, block);
    pool.putInt(trace, TraceTable.BLOCK_COUNT, pool.getInt(trace, TraceTable.BLOCK_COUNT) + 1);
    return block;
  }

  /** Whether the record at a reference holds exactly these bytes. */
  boolean holds(int reference, byte[] array, int offset, int length) {
    int block = reference >>> 5;
    int at = (reference & 31) << 2;
    if (pool.getInt(block, at + 4) != length) {
      return false;
    }
    at += RECORD_HEADER_BYTES;
    int done = 0;
    while (done < length) {
      if (at == BLOCK_BYTES) {
        block = pool.getInt(block, 0);
        at = LINK_BYTES;
      }
      int piece = Math.min(length - done, BLOCK_BYTES - at);
      if (!pool.matches(block, at, array, offset + done, piece)) {
        return false;
      }
      done += piece;
      at += piece;
    }
    return true;
  }

  /** Frees the spans of a trace; {@link TraceTable#free} frees the trace itself. */
  public void free(int trace) {
    int head = pool.getInt(trace, TraceTable.HEAD);
    if (head == NONE) {
      return;
    }
    int count = pool.getInt(trace, TraceTable.BLOCK_COUNT);
    pool.freeChain(head, pool.getInt(trace, TraceTable.TAIL), count);
    fingerprints.free(trace, pool.getInt(trace, TraceTable.SPAN_COUNT));
  }

  /** Bytes on the heap for finding duplicates in large traces, as they count in the budget. */
  public long heapBytes() {
    return fingerprints.heapBytes();
  }

  /** A cursor to be used for many traces, one after the other. */
  public SpanCursor cursor() {
    return new SpanCursor(pool);
  }
}
