package io.ringtail.sampler.store;

import io.ringtail.sampler.cache.DecisionCache;
import io.ringtail.sampler.policy.TailSamplingConfig;
import java.util.BitSet;

/** What a shard remembers of kept and of dropped traces. Threads: the shard's. */
public final class DecisionCaches {
  private static final int KEPT_SHARE = 4;

  public final DecisionCache kept;
  public final DecisionCache dropped;

  public DecisionCaches(ShardConfig config, TailSamplingConfig tail) {
    int shards = config.shards();
    kept = new DecisionCache(share(keptSize(config, tail), shards));
    dropped = new DecisionCache(share(droppedSize(config, tail), shards));
  }

  /** Most traces are dropped: unless configured, three quarters of the room are for these. */
  private static long keptSize(ShardConfig config, TailSamplingConfig tail) {
    return tail.sampledCacheSize() != TailSamplingConfig.FROM_BUDGET
        ? tail.sampledCacheSize()
        : config.cacheBytes() / DecisionCache.BYTES_PER_DECISION / KEPT_SHARE;
  }

  private static long droppedSize(ShardConfig config, TailSamplingConfig tail) {
    return tail.nonSampledCacheSize() != TailSamplingConfig.FROM_BUDGET
        ? tail.nonSampledCacheSize()
        : config.cacheBytes() / DecisionCache.BYTES_PER_DECISION * (KEPT_SHARE - 1) / KEPT_SHARE;
  }

  /** Bytes both can take in all shards together: not for spans. */
  public static long bytes(ShardConfig config, TailSamplingConfig tail) {
    return (keptSize(config, tail) + droppedSize(config, tail)) * DecisionCache.BYTES_PER_DECISION;
  }

  private static int share(long size, int shards) {
    return (int) Math.min(Integer.MAX_VALUE / 2, (size + shards - 1) / shards);
  }

  /** Reads ahead where both will look for a trace; what is returned has no meaning. */
  public int warm(int hash) {
    return kept.warm(hash) + dropped.warm(hash);
  }

  public void markContexts(BitSet inUse) {
    kept.markContexts(inUse);
    dropped.markContexts(inUse);
  }
}
