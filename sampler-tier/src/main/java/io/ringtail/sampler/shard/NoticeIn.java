package io.ringtail.sampler.shard;

import io.ringtail.cluster.EpochOrder;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A notice of another sampler on its way into all shards: what became of it is told once, when the
 * last has met it. Threads: the shards'.
 */
final class NoticeIn implements ShardCommand.Reception {
  private final AtomicInteger left;
  private final AtomicReference<NoticeOutcome> outcome =
      new AtomicReference<>(new NoticeOutcome.Stored());
  private final Consumer<NoticeOutcome> met;

  NoticeIn(int shards, Consumer<NoticeOutcome> met) {
    this.left = new AtomicInteger(shards);
    this.met = met;
  }

  @Override
  public void stored() {
    if (left.decrementAndGet() == 0) {
      met.accept(outcome.get());
    }
  }

  @Override
  public void refused(EpochOrder epoch) {
    outcome.set(new NoticeOutcome.NotOwner(epoch));
    stored();
  }

  @Override
  public void failed(Throwable why) {
    outcome.set(new NoticeOutcome.Failed());
    stored();
  }
}
