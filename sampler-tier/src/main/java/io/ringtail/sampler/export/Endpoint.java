package io.ringtail.sampler.export;

import io.ringtail.sampler.export.send.Transport;
import java.time.Duration;

/**
 * Whether an endpoint is worth a try. After a failure it is left alone for a growing while, then
 * tried with one request at a time until one succeeds. A delay it asked for is kept, up to a limit,
 * whatever else succeeds. Pure but for its transport. Threads: the destination's.
 */
final class Endpoint {
  /** What an endpoint says is not checked by anybody, and may be a mistake of years. */
  static final Duration MOST_ASKED = Duration.ofMinutes(5);

  private final Transport transport;
  private final Backoff backoff;
  private int inFlight;
  private int failures;
  private long failedNanos;
  private long resumeNanos;
  private boolean throttled;
  private long throttledUntilNanos;
  private boolean everSucceeded;
  private long succeededNanos;

  Endpoint(Transport transport, Backoff backoff) {
    this.transport = transport;
    this.backoff = backoff;
  }

  Transport transport() {
    return transport;
  }

  boolean usable(long nowNanos) {
    if (throttled && nowNanos - throttledUntilNanos < 0) {
      return false;
    }
    return failures == 0 || (nowNanos - resumeNanos >= 0 && inFlight == 0);
  }

  /** Whether the last that was heard of it was a failure. */
  boolean failing() {
    return failures > 0;
  }

  void sent() {
    inFlight++;
  }

  /** An attempt was answered, with success or with a refusal for good. */
  void answered(long nowNanos) {
    inFlight--;
    failures = 0;
    everSucceeded = true;
    succeededNanos = nowNanos;
  }

  /**
   * An attempt failed. Of several that were under way together only the first counts.
   *
   * @param sentNanos when the attempt began
   * @param retryAfter as the endpoint asked, kept up to {@link #MOST_ASKED}; zero if it did not
   */
  void failed(long nowNanos, long sentNanos, Duration retryAfter) {
    inFlight--;
    if (failures == 0 || sentNanos - failedNanos > 0) {
      failures++;
      failedNanos = nowNanos;
      resumeNanos = nowNanos + backoff.delayNanos(failures);
    }
    if (retryAfter.compareTo(Duration.ZERO) > 0) {
      Duration kept = retryAfter.compareTo(MOST_ASKED) < 0 ? retryAfter : MOST_ASKED;
      throttled = true;
      throttledUntilNanos = nowNanos + kept.toNanos();
    }
  }

  /** Whether anything was answered since {@code nanos}. */
  boolean answeredSince(long nanos) {
    return everSucceeded && succeededNanos - nanos >= 0;
  }

  /** Ends the pause after failures, but not one it asked for. */
  void resume(long nowNanos) {
    resumeNanos = nowNanos;
  }
}
