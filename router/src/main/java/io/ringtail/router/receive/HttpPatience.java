package io.ringtail.router.receive;

/**
 * How long a connection is waited for: by when the client must have done what is its turn to do,
 * and how old the connection may become. While the request is whole and not answered it is our
 * turn, and nothing is waited for.
 *
 * <p>Times are {@link System#nanoTime}. Threads: the event loop.
 */
final class HttpPatience {
  private static final long NO_DEADLINE = Long.MAX_VALUE;
  private static final long LEAST_CHECK_NANOS = 1_000_000;

  private final long requestNanos;
  private final long idleNanos;
  private final long openedNanos;

  /** 0: as old as it likes. */
  private final long maxAgeNanos;

  private long deadlineNanos;

  /**
   * For a connection that has been opened now.
   *
   * @param jitter near 1; multiplies the age it may reach, so that those opened together do not go
   *     together
   */
  HttpPatience(ReceiveTimes times, double jitter, long nowNanos) {
    long age = times.maxConnectionAge().toNanos();
    this.requestNanos = times.requestTimeout().toNanos();
    this.idleNanos = times.idleTimeout().toNanos();
    this.openedNanos = nowNanos;
    this.maxAgeNanos = age == 0 ? 0 : Math.max(1, (long) (age * jitter));
    idle(nowNanos);
  }

  /** The next request may begin. */
  void idle(long nowNanos) {
    deadlineNanos = nowNanos + idleNanos;
  }

  /** Some bytes of a request are there, perhaps not its whole head. */
  void bytesSeen(long nowNanos) {
    deadlineNanos = Math.min(deadlineNanos, nowNanos + requestNanos);
  }

  /** The head of a request is there. */
  void requestBegun(long nowNanos) {
    deadlineNanos = nowNanos + requestNanos;
  }

  /** The request is there to its end. */
  void requestWhole() {
    deadlineNanos = NO_DEADLINE;
  }

  /** Whether nothing is waited for: the request is whole and not answered. */
  boolean isOurTurn() {
    return deadlineNanos == NO_DEADLINE;
  }

  /** The answer is there for the client to take. A request that was not whole keeps its time. */
  void answered(long nowNanos) {
    if (isOurTurn()) {
      deadlineNanos = nowNanos + requestNanos;
    }
  }

  /** Whether the client has not done its part in time. */
  boolean isOver(long nowNanos) {
    return !isOurTurn() && nowNanos - deadlineNanos >= 0;
  }

  /** Whether the connection should not see another request. */
  boolean isTooOld(long nowNanos) {
    return maxAgeNanos > 0 && nowNanos - openedNanos > maxAgeNanos;
  }

  /** How often to look. */
  long checkNanos() {
    return Math.max(LEAST_CHECK_NANOS, requestNanos / 4);
  }
}
