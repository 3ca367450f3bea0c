package io.ringtail.sampler.policy;

/** What a policy votes on a complete trace. Threads: the shard's. */
public interface TracePredicate {
  /**
   * @param nowNanos the shard's monotonic clock
   * @return true for Sampled
   */
  boolean samples(TraceFeatures trace, long nowNanos);
}
