package io.ringtail.sampler.shard;

import io.ringtail.cluster.EpochOrder;
import java.util.concurrent.CompletableFuture;

/** What a shard is asked to do, in the order of its queue. */
sealed interface ShardCommand {
  /**
   * Spans to take.
   *
   * @param reservedBytes what was reserved in the budget for them
   */
  record Spans(ShardBatch batch, long reservedBytes) implements ShardCommand {}

  /**
   * An epoch is in use. All spans before it in the queue were accepted under the epoch before
   * (protocol H5); those behind it, under this one.
   */
  record EpochInUse(EpochOrder order) implements ShardCommand {}

  /**
   * Decide what is held at once.
   *
   * @param done completed when nothing is held any more
   */
  record Drain(CompletableFuture<Void> done) implements ShardCommand {}
}
