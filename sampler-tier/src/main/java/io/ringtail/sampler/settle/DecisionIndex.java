package io.ringtail.sampler.settle;

import io.ringtail.sampler.buffer.Probing;
import io.ringtail.sampler.buffer.TraceTable;

/**
 * Where the decision on a trace is: the batch and its place in it. {@link Probing} over longs of
 * {hash, batch and place}. Threads: one.
 */
final class DecisionIndex {
  /** In the place of an entry: not known. */
  static final int NONE = -1;

  private static final int PLACE_BITS = 9;
  private static final int PLACE_MASK = (1 << PLACE_BITS) - 1;
  private static final int MIN_LENGTH = 256;

  private final BatchTable batches;
  private long[] index = new long[MIN_LENGTH];
  private int size;

  DecisionIndex(BatchTable batches) {
    this.batches = batches;
  }

  static int entry(DecisionBatch batch, int place) {
    return batch.number() << PLACE_BITS | place;
  }

  static int place(int entry) {
    return entry & PLACE_MASK;
  }

  /** The batch a decision is in. */
  DecisionBatch batch(int entry) {
    return batches.get(entry >>> PLACE_BITS);
  }

  boolean keep(int entry) {
    return batch(entry).keep(entry & PLACE_MASK);
  }

  int size() {
    return size;
  }

  long bytes() {
    return (long) index.length * Long.BYTES;
  }

  /** The decision on a trace, {@link #NONE} if there is none. */
  int find(int context, long hi, long lo) {
    if (size == 0) {
      return NONE;
    }
    long found = index[slot(TraceTable.hash(context, hi, lo), context, hi, lo)];
    return found == 0 ? NONE : (int) found - 1;
  }

  /**
   * Reads what {@link #find} begins with, ahead of it.
   *
   * @return of no meaning, but to be kept
   */
  int warm(int hash) {
    return (int) index[hash & (index.length - 1)];
  }

  /**
   * Makes a decision be found. If there is another one on the trace, keep wins (protocol P3).
   *
   * @return false if the other one says otherwise
   */
  boolean put(DecisionBatch batch, int place) {
    int context = batch.context(place);
    int hash = TraceTable.hash(context, batch.hi(place), batch.lo(place));
    int at = slot(hash, context, batch.hi(place), batch.lo(place));
    long put = ((long) hash << 32) | (entry(batch, place) + 1);
    if (index[at] != 0) {
      int other = (int) index[at] - 1;
      boolean same = keep(other) == batch.keep(place);
      if (same ? !batch(other).settled() || batch.settled() : batch.keep(place)) {
        index[at] = put;
      }
      return same;
    }
    index[at] = put;
    size++;
    if (size * 10L > index.length * 7L) {
      index = Probing.resized(index, index.length * 2);
    }
    return true;
  }

  /** Makes a decision be found no more; nothing if another one on its trace is. */
  void remove(DecisionBatch batch, int place) {
    if (batch.isVoid(place)) {
      return;
    }
    int hash = TraceTable.hash(batch.context(place), batch.hi(place), batch.lo(place));
    int mask = index.length - 1;
    long entry = ((long) hash << 32) | (entry(batch, place) + 1);
    for (int at = hash & mask; index[at] != 0; at = (at + 1) & mask) {
      if (index[at] == entry) {
        Probing.remove(index, at);
        size--;
        return;
      }
    }
  }

  /** Gives back memory of which most is empty. */
  void shrink() {
    if (size * 10L < index.length && index.length > MIN_LENGTH) {
      index = Probing.resized(index, Math.max(MIN_LENGTH, index.length / 4));
    }
  }

  /** The place in the index of a trace's decision, or the free one where it would be. */
  private int slot(int hash, int context, long hi, long lo) {
    int mask = index.length - 1;
    int at = hash & mask;
    while (index[at] != 0) {
      if ((int) (index[at] >>> 32) == hash && is((int) index[at] - 1, context, hi, lo)) {
        return at;
      }
      at = (at + 1) & mask;
    }
    return at;
  }

  private boolean is(int entry, int context, long hi, long lo) {
    DecisionBatch batch = batch(entry);
    int place = entry & PLACE_MASK;
    return batch.lo(place) == lo && batch.hi(place) == hi && batch.context(place) == context;
  }
}
