package io.ringtail.sampler.shard;

import io.ringtail.cluster.EpochOrder;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A notice of another sampler on its way into all shards: its sender is told once, when the last
 * has it. Threads: the shards'.
 */
final class NoticeIn implements ShardCommand.Reception {
  private final AtomicInteger left;
  private final AtomicReference<@Nullable EpochOrder> refused = new AtomicReference<>();
  private final Consumer<@Nullable EpochOrder> stored;

  NoticeIn(int shards, Consumer<@Nullable EpochOrder> stored) {
    this.left = new AtomicInteger(shards);
    this.stored = stored;
  }

  @Override
  public void stored() {
    if (left.decrementAndGet() == 0) {
      stored.accept(refused.get());
    }
  }

  @Override
  public void refused(EpochOrder epoch) {
    refused.set(epoch);
    stored();
  }

  @Override
  public void failed(Throwable why) {} // the sender says it again
}
