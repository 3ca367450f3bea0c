package io.ringtail.sampler.buffer;

import static io.ringtail.sampler.buffer.BlockPool.BLOCK_BYTES;
import static io.ringtail.sampler.buffer.BlockPool.BLOCK_SHIFT;
import static io.ringtail.sampler.buffer.BlockPool.MAX_CLASS;
import static io.ringtail.sampler.buffer.BlockPool.NONE;
import static io.ringtail.sampler.buffer.BlockPool.RUN_START;
import static io.ringtail.sampler.buffer.BlockPool.block;
import static io.ringtail.sampler.buffer.BlockPool.runEnd;

/**
 * The spans of a shard's traces, each trace a chain of runs of blocks. A record is {group, length,
 * span bytes}, begins at a multiple of four and never splits its first eight bytes; the bytes go on
 * through as many runs as they need. The mark of a run is where the first record in it begins.
 *
 * <p>Runs grow with the trace: at most an eighth of its bytes is spare. A span whose equal bytes
 * are in the trace already is not added (protocol A7). Threads: one.
 */
public final class SpanStore {
  static final int RECORD_HEADER_BYTES = 8;
  private static final int SPARE_SHIFT = 3;
  private static final int END_SHIFT = 12;
  private static final int PLACE_MASK = 0xfff;
  private static final int MARKED = 1 << 31;

  private final BlockPool pool;
  private final Fingerprints fingerprints;
  private final boolean dedups;

  /**
   * @param dedups false keeps a span as often as it comes
   */
  public SpanStore(BlockPool pool, boolean dedups) {
    this.pool = pool;
    this.dedups = dedups;
    this.fingerprints = new Fingerprints(pool);
  }

  /**
   * What spans can take if each begins a trace or a block of fingerprints. A trace that is given a
   * larger run takes more for a moment: at most an eighth of what it holds.
   */
  public static long worstCaseBytes(long spanCount, long spanBytes) {
    long perSpan = 3L * BLOCK_BYTES + TraceTable.INDEX_BYTES_PER_TRACE + RECORD_HEADER_BYTES + 8;
    return spanBytes + spanBytes / 15 + spanCount * (perSpan + Fingerprints.LARGE_BYTES_PER_SPAN);
  }

  /**
   * Copies a span into its trace.
   *
   * <p>A span whose ID no other one of the trace has is new (protocol A7): nearly always that is
   * all there is to know. If the ID is there, bytes are compared with those of the first span that
   * has it; if they differ, the span is looked for, and kept, by a hash of all its bytes, so that
   * any number of spans of one ID take constant time each.
   *
   * @param group what {@link GroupTable} calls its resource and scope
   * @param spanId its ID, or what else its bytes alone determine
   * @param array borrowed; the span's bytes lie at {@code [offset, offset + length)}
   * @return false if the trace has a span of the same bytes already
   */
  public boolean append(int trace, int group, long spanId, byte[] array, int offset, int length) {
    int count = pool.getInt(trace, TraceTable.SPAN_COUNT);
    int fingerprint = SpanHash.ofId(spanId, length);
    if (dedups && count > 0) {
      int found = fingerprints.find(this, trace, count, fingerprint, array, offset, length);
      if (found == Fingerprints.OTHER) {
        fingerprint = SpanHash.ofBytes(array, offset, length);
        found = fingerprints.find(this, trace, count, fingerprint, array, offset, length);
      }
      if (found == Fingerprints.SAME) {
        return false;
      }
    }
    int reference = write(trace, group, array, offset, length);
    if (dedups) {
      fingerprints.add(trace, count, fingerprint, reference);
    }
    pool.putInt(trace, TraceTable.SPAN_COUNT, count + 1);
    int bytes = pool.getInt(trace, TraceTable.SPAN_BYTES);
    pool.putInt(trace, TraceTable.SPAN_BYTES, bytes + length);
    return true;
  }

  /**
   * Writes a record at the end of the chain; returns the run in which it begins. Where to go on and
   * where the run ends stand in the trace itself: its last run's header need not be read.
   */
  private int write(int trace, int group, byte[] array, int offset, int length) {
    int run = pool.getInt(trace, TraceTable.TAIL);
    int place = pool.getInt(trace, TraceTable.TAIL_PLACE);
    int at = at(place);
    int end = end(place);
    boolean marked = isMarked(place);
    if (end - at < RECORD_HEADER_BYTES) {
      run = extend(trace, run, RECORD_HEADER_BYTES + length);
      at = RUN_START;
      end = runEnd(run);
      marked = false;
    }
    if (!marked) {
      pool.putInt(block(run), 0, at);
      marked = true;
    }
    final int first = run;
    pool.putLong(block(run), at, ((long) length << 32) | group);
    at += RECORD_HEADER_BYTES;
    int done = 0;
    while (done < length) {
      if (at == end) {
        run = extend(trace, run, length - done);
        at = RUN_START;
        end = runEnd(run);
        marked = false;
      }
      int piece = Math.min(length - done, end - at);
      pool.write(block(run), at, array, offset + done, piece);
      done += piece;
      at += piece;
    }
    pool.putInt(trace, TraceTable.TAIL_PLACE, place((at + 3) & ~3, end, marked));
    return first;
  }

  /** Offset and end in the last run, both below 4,096, and whether a record begins in it. */
  private static int place(int at, int end, boolean marked) {
    return at | (end << END_SHIFT) | (marked ? MARKED : 0);
  }

  private static int at(int place) {
    return place & PLACE_MASK;
  }

  private static int end(int place) {
    return (place >>> END_SHIFT) & PLACE_MASK;
  }

  private static boolean isMarked(int place) {
    return (place & MARKED) != 0;
  }

  private int extend(int trace, int tail, int needed) {
    int run = pool.allocateRun(runClass(needed, pool.getInt(trace, TraceTable.SPAN_BYTES)));
    if (tail == NONE) {
      pool.putInt(trace, TraceTable.HEAD, run);
    } else {
      pool.nextRun(tail, run);
    }
    pool.putInt(trace, TraceTable.TAIL, run);
    int blocks = pool.getInt(trace, TraceTable.BLOCK_COUNT) + BlockPool.runBlocks(run);
    pool.putInt(trace, TraceTable.BLOCK_COUNT, blocks);
    return run;
  }

  /**
   * The smallest run that holds it, if that wastes little; else the largest that wastes nothing.
   */
  private static int runClass(int needed, int spanBytes) {
    int bytes = needed + BLOCK_BYTES - runEnd(0) + RUN_START;
    int blocks = (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
    int roundedUp = Integer.SIZE - Integer.numberOfLeadingZeros(blocks - 1);
    int spare = (BLOCK_BYTES << Math.min(roundedUp, MAX_CLASS)) - blocks * BLOCK_BYTES;
    int fitting = spare <= spanBytes >> SPARE_SHIFT ? roundedUp : roundedUp - 1;
    int grown = log2(spanBytes >> SPARE_SHIFT) - BLOCK_SHIFT;
    return Math.min(MAX_CLASS, Math.max(fitting, grown));
  }

  private static int log2(int value) {
    return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(value);
  }

  /** Whether one of the records that begin in a run holds exactly these bytes. */
  boolean holds(int trace, int run, byte[] array, int offset, int length) {
    boolean last = run == pool.getInt(trace, TraceTable.TAIL);
    int end = last ? at(pool.getInt(trace, TraceTable.TAIL_PLACE)) : runEnd(run);
    int at = pool.getInt(block(run), 0);
    while (end - at >= RECORD_HEADER_BYTES) {
      int recordLength = pool.getInt(block(run), at + 4);
      at += RECORD_HEADER_BYTES;
      if (recordLength == length && matches(run, at, array, offset, length)) {
        return true;
      }
      at = (at + recordLength + 3) & ~3;
    }
    return false;
  }

  private boolean matches(int first, int start, byte[] array, int offset, int length) {
    int run = first;
    int at = start;
    int end = runEnd(run);
    int done = 0;
    while (done < length) {
      if (at == end) {
        run = pool.nextRun(run);
        at = RUN_START;
        end = runEnd(run);
      }
      int piece = Math.min(length - done, end - at);
      if (!pool.matches(block(run), at, array, offset + done, piece)) {
        return false;
      }
      done += piece;
      at += piece;
    }
    return true;
  }

  /** Reads where the trace's next span goes; see {@link TraceTable#warm}. */
  static int warm(BlockPool pool, int trace) {
    int run = pool.getInt(trace, TraceTable.TAIL);
    if (run == NONE) {
      return 0;
    }
    return pool.getInt(block(run), at(pool.getInt(trace, TraceTable.TAIL_PLACE)) - Integer.BYTES);
  }

  /** Frees the spans of a trace; {@link TraceTable#free} frees the trace itself. */
  public void free(int trace) {
    int head = pool.getInt(trace, TraceTable.HEAD);
    if (head == NONE) {
      return;
    }
    int count = pool.getInt(trace, TraceTable.BLOCK_COUNT);
    pool.freeChain(head, pool.getInt(trace, TraceTable.TAIL), count);
    if (dedups) {
      fingerprints.free(trace, pool.getInt(trace, TraceTable.SPAN_COUNT));
    }
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
