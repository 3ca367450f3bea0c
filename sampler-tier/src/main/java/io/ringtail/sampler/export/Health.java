package io.ringtail.sampler.export;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a destination takes anything: it fails from the first attempt that failed after the last
 * that was answered, by any of its endpoints. What failed waits, so something waits while it fails.
 * Threads: told by the destination's, asked by any.
 */
final class Health {
  private volatile @Nullable Failing failing;

  /**
   * @param sinceNanos by the destination's clock
   * @param why of the last failure
   */
  record Failing(long sinceNanos, String why) {}

  void failed(String why, long nowNanos) {
    Failing before = failing;
    failing = new Failing(before == null ? nowNanos : before.sinceNanos(), why);
  }

  void answered() {
    failing = null;
  }

  /** Empty while it works. */
  Optional<Failing> failing() {
    return Optional.ofNullable(failing);
  }
}
