package io.ringtail.sampler.export;

/**
 * So many at once and so many a second: a bucket of tokens that fills with time. Pure. Threads:
 * one.
 */
final class Allowance {
  private final int most;
  private final long nanosEach;
  private long spentUntilNanos;
  private boolean used;

  /**
   * @param most at once
   * @param perSecond from then on
   */
  Allowance(int most, int perSecond) {
    this.most = most;
    this.nanosEach = 1_000_000_000L / perSecond;
  }

  /** Takes one; false if there is none left now. */
  boolean take(long nowNanos) {
    long full = nowNanos - most * nanosEach;
    if (!used || spentUntilNanos - full < 0) {
      used = true;
      spentUntilNanos = full;
    }
    if (nowNanos - spentUntilNanos < nanosEach) {
      return false;
    }
    spentUntilNanos += nanosEach;
    return true;
  }
}
