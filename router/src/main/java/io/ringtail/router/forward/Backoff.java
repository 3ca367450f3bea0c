package io.ringtail.router.forward;

import java.util.Random;

/**
 * Waits between attempts to open a link: at once, then doubling, each with jitter. Threads: one.
 */
final class Backoff {
  private static final long FIRST_MILLIS = 50;
  private static final long MAX_MILLIS = 2_000;

  private final Random random;
  private long nextMillis;

  Backoff(Random random) {
    this.random = random;
  }

  /** How long to wait before the next attempt. */
  long nextMillis() {
    long millis = nextMillis;
    nextMillis = Math.min(MAX_MILLIS, Math.max(FIRST_MILLIS, 2 * millis));
    return millis / 2 + (long) (random.nextDouble() * (millis / 2 + 1));
  }

  /** An attempt succeeded. */
  void reset() {
    nextMillis = 0;
  }
}
