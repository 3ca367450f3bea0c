package io.ringtail.sampler.policy;

/**
 * What a policy may ask of a complete trace: a view of the shard's entry, valid during the call.
 * Threads: the shard's.
 */
public interface TraceFeatures {
  long traceIdHi();

  long traceIdLo();

  int spanCount();

  /** Encoded bytes of its spans. */
  long spanBytes();

  /** Earliest start, Unix nanoseconds; 0 if no span has one. */
  long minStartNanos();

  /** Latest end, Unix nanoseconds; 0 if no span has one. */
  long maxEndNanos();

  /** Sticky bits: bit i is set once any span or resource of the trace has passed span test i. */
  long bits(int word);
}
