package io.ringtail.sampler.export;

/** Where shards put kept traces. Threads: many shards. */
public interface ExportQueue {
  /**
   * Takes a kept trace, or says that there is no room; the shard then keeps it and tries again.
   * Does not block.
   *
   * @param trace consumed if taken
   * @return false if the queue is full
   */
  boolean offer(KeptTrace trace);
}
