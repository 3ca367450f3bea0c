package io.ringtail.cli.load;

/**
 * How far requests, of those that are measured, left behind their time, and whether that was for
 * want of places in flight or the sender's own slowness: what a load that waits for answers would
 * hide. Threads: one writes; read when it has ended.
 */
final class Lateness {
  /** Later than this is late: a timer and a garbage collection are not. */
  static final long LATE_NANOS = 20_000_000;

  /** The rate is kept if no more than this are late, or only one. */
  static final int MOST_LATE_PERCENT = 1;

  private long requests;
  private long late;
  private long mostNanos;
  private long waitedNanos;

  /**
   * Notes a request.
   *
   * @param lateNanos how long after its time it was handed to the transport
   * @param forPlaceNanos of these, for a place among those in flight
   */
  void note(long lateNanos, long forPlaceNanos) {
    requests++;
    mostNanos = Math.max(mostNanos, lateNanos);
    if (lateNanos > LATE_NANOS) {
      late++;
    }
    waitedNanos += forPlaceNanos;
  }

  long requests() {
    return requests;
  }

  long lateRequests() {
    return late;
  }

  /** Whether so many were late that it was another load than was asked for. */
  boolean isMuch() {
    return late > 1 && late > requests * MOST_LATE_PERCENT / 100.0;
  }

  long mostNanos() {
    return mostNanos;
  }

  /** Whether it was late by waiting for answers, mostly. */
  boolean isForWantOfPlaces() {
    return waitedNanos > mostNanos / 2;
  }

  /** Time in which nothing could be sent, for every place in flight was taken. */
  long waitedNanos() {
    return waitedNanos;
  }
}
