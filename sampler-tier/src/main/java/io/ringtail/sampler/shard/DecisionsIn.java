package io.ringtail.sampler.shard;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.sampler.gather.Arrival;

/**
 * Decisions that are one entry of a transfer, on their way into all shards. Threads: the shards'.
 */
record DecisionsIn(Arrival arrival, int entry) implements ShardCommand.Reception {
  @Override
  public void stored() {
    arrival.done();
  }

  @Override
  public void refused(EpochOrder epoch) {
    throw new AssertionError("only who sends a notice must own its slots");
  }

  @Override
  public void failed(Throwable why) {
    arrival.failed(entry, why);
    arrival.done();
  }
}
