package io.ringtail.sampler.gather;

import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.store.DecisionCaches;
import io.ringtail.sampler.store.ShardStore;

/**
 * Looks ahead at the traces of a batch's next spans, so that cache misses of several spans overlap.
 * Threads: the shard's.
 */
final class ReadAhead {
  /** Spans whose traces are read ahead together: all of it fits a first-level cache. */
  static final int SPANS = 16;

  private static final int TRACE_ID_BYTES = 16;

  private final ShardStore store;
  private final DecisionCaches caches;
  private final BatchGroups groups;
  private final int[] hashes = new int[SPANS];
  private final int[] places = new int[SPANS];

  /** Kept only so that what {@link #look} reads is really read. */
  private int warmed;

  ReadAhead(ShardStore store, DecisionCaches caches, BatchGroups groups) {
    this.store = store;
    this.caches = caches;
    this.groups = groups;
  }

  /**
   * @param count at most {@value #SPANS}
   */
  void look(ShardBatch batch, int first, int count) {
    byte[] array = batch.message().array();
    int[] spans = batch.spans();
    int sum = 0;
    for (int i = 0; i < count; i++) {
      int at = 3 * (first + i);
      hashes[i] = hash(batch, spans[at], array, spans[at + 1], spans[at + 2]);
    }
    sum += store.traces.warm(hashes, places, count);
    for (int i = 0; i < count; i++) {
      if (store.traces.traceAt(places[i]) == TraceTable.NONE) {
        sum += caches.warm(hashes[i]) + store.replayable.warm(hashes[i]);
      }
    }
    warmed += sum;
  }

  /** An encoded span nearly always begins with its trace ID; for any other the hash is wrong. */
  private int hash(ShardBatch batch, int groupIndex, byte[] array, int offset, int length) {
    if (length < TRACE_ID_BYTES + 2
        || array[offset] != Otlp.SPAN_TRACE_ID
        || array[offset + 1] != TRACE_ID_BYTES) {
      return 0;
    }
    long hi = WireReader.longBigEndian(array, offset + 2);
    long lo = WireReader.longBigEndian(array, offset + 2 + Long.BYTES);
    return TraceTable.hash(groups.context(batch, groupIndex), hi, lo);
  }

  /** Where the trace of one of these spans is found in the table, if its hash was right. */
  int place(int index) {
    return places[index];
  }

  int warmed() {
    return warmed;
  }
}
