package io.ringtail.sampler.policy;

/**
 * A compiled set of policies. Immutable but for limiter state; one instance a shard. Threads: the
 * shard's.
 */
public interface PolicySet {
  /** Words of sticky bits a trace needs, at least 1. */
  int bitWords();

  /**
   * Tests one resource header's attributes; called once when the resource is first seen by a shard.
   *
   * @param bits its bits are or-ed into, {@link #bitWords} long
   */
  void testResource(byte[] header, int offset, int length, long[] bits);

  /**
   * Tests one attribute of a span, for attribute policies.
   *
   * @param array borrowed; the encoded {@code KeyValue} lies at {@code [offset, offset + length)}
   * @param bits or-ed into
   */
  void testSpanAttribute(byte[] array, int offset, int length, long[] bits);

  /**
   * Lengths of the keys that {@link #testSpanAttribute} can set a bit for: bit n for those of n
   * bytes, modulo 64. If there are none, attributes are skipped whole.
   */
  long attributeKeyLengths();

  /**
   * Tests the status code and flags of a span.
   *
   * @param statusCode 0 unset, 1 ok, 2 error
   * @param flags field 16 as it came
   */
  void testSpan(int statusCode, int flags, long[] bits);

  /**
   * The verdict on a complete trace.
   *
   * @param nowNanos the shard's monotonic clock, for limiters
   */
  Verdict evaluate(TraceFeatures trace, long nowNanos);

  /**
   * Attributes and resources so far whose bytes could not be read; their tests did not pass. Read
   * by the shard for its metrics.
   */
  default long malformed() {
    return 0;
  }
}
