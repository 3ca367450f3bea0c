package io.ringtail.sampler.shard;

import io.ringtail.sampler.buffer.ByteBudget;
import io.ringtail.sampler.buffer.Slabs;
import io.ringtail.sampler.depart.Unanswered;
import io.ringtail.sampler.store.ShardStore;

/**
 * What a shard really uses of the memory that was reserved for its batches, told to the budgets all
 * shards share once or twice a duty cycle: a span costs no atomic add. Threads: the shard's.
 */
final class MemoryLedger {
  private final ShardStore store;
  private final Unanswered unanswered;
  private final Slabs slabs;
  private final ByteBudget budget;
  private long settledBytes;
  private long settledBlockBytes;
  private long reservedBytes;
  private long promisedBytes;
  private long exportBytes;
  private long replayableBytes;

  MemoryLedger(ShardStore store, Unanswered unanswered, Slabs slabs, ByteBudget budget) {
    this.store = store;
    this.unanswered = unanswered;
    this.slabs = slabs;
    this.budget = budget;
  }

  /** A batch for which so much was reserved has left the queue. */
  void usedUp(long reserved) {
    reservedBytes += reserved;
    promisedBytes += reserved;
  }

  /** Whether the budget is above high water, with what was not told yet. */
  boolean isHigh() {
    return budget.isHigh(store.bytes() - settledBytes);
  }

  void settle() {
    long blockBytes = store.blockBytes();
    slabs.settle(promisedBytes, blockBytes - settledBlockBytes);
    settledBlockBytes = blockBytes;
    promisedBytes = 0;
    long bytes = store.bytes();
    reservedBytes -= unanswered.bytes() - exportBytes; // used, but not stored: no early decisions
    exportBytes = unanswered.bytes();
    long replayable = store.replayable.bytes();
    if (replayable != replayableBytes) {
      budget.replayable(replayable - replayableBytes);
      replayableBytes = replayable;
    }
    if (bytes != settledBytes || reservedBytes != 0) {
      budget.settle(reservedBytes, bytes - settledBytes);
      settledBytes = bytes;
      reservedBytes = 0;
    }
  }
}
