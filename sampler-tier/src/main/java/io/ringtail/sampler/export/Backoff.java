package io.ringtail.sampler.export;

import java.util.random.RandomGenerator;

/**
 * Exponential backoff with jitter: the n-th delay is drawn from the upper half of {@code min(max,
 * initial × 2^n)}. Threads: one.
 */
final class Backoff {
  private static final int MAX_DOUBLINGS = 30;

  private final long initialNanos;
  private final long maxNanos;
  private final RandomGenerator random;

  Backoff(long initialNanos, long maxNanos, RandomGenerator random) {
    this.initialNanos = initialNanos;
    this.maxNanos = maxNanos;
    this.random = random;
  }

  /**
   * @param failures failures before this delay, from 1
   */
  long delayNanos(int failures) {
    double doubled = (double) initialNanos * Math.pow(2, Math.min(failures - 1, MAX_DOUBLINGS));
    double full = Math.min((double) maxNanos, doubled);
    return (long) (full * (0.5 + random.nextDouble() / 2));
  }
}
