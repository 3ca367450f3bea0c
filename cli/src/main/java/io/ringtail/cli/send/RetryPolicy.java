package io.ringtail.cli.send;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a request is sent again: only after a retryable answer, with exponential backoff and jitter,
 * not before the server's RetryInfo or Retry-After, and not for ever. Pure. Source: the OTLP
 * specification 1.11.0, "Failures" and "Throttling".
 *
 * @param maxRetries after the first sending
 * @param maxElapsed from the first sending of the request to the last
 * @param initialDelay before the first retry; 1.5 times as long before each further one
 * @param maxDelay which the backoff does not exceed, unless the server asks for more
 */
public record RetryPolicy(
    int maxRetries, Duration maxElapsed, Duration initialDelay, Duration maxDelay) {
  private static final double FACTOR = 1.5;

  /**
   * @param retries made for this request so far
   * @param elapsedNanos since it was first sent
   * @return how many nanoseconds to wait; empty: the request is lost
   */
  public Optional<Long> delayNanos(
      Answer answer, int retries, long elapsedNanos, RandomGenerator random) {
    if (retries >= maxRetries) {
      return Optional.empty();
    }
    long asked;
    if (answer instanceof Answer.Refused refused) {
      if (!refused.retryable()) {
        return Optional.empty();
      }
      asked = refused.retryAfter() == null ? 0 : saturatedNanos(refused.retryAfter());
    } else if (answer instanceof Answer.NoAnswer) {
      asked = 0;
    } else {
      throw new AssertionError(answer);
    }
    long delay = Math.max(asked, backoffNanos(retries, random));
    return delay > maxElapsed.toNanos() - elapsedNanos ? Optional.empty() : Optional.of(delay);
  }

  /** Half to one and a half times the backoff, so that senders do not come back together. */
  private long backoffNanos(int retries, RandomGenerator random) {
    double backoff = (double) initialDelay.toNanos() * Math.pow(FACTOR, retries);
    return (long) (Math.min((double) maxDelay.toNanos(), backoff) * (0.5 + random.nextDouble()));
  }

  private static long saturatedNanos(Duration duration) {
    return duration.compareTo(Duration.ofNanos(Long.MAX_VALUE)) < 0
        ? duration.toNanos()
        : Long.MAX_VALUE;
  }
}
