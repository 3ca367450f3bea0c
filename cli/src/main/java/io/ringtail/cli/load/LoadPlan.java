package io.ringtail.cli.load;

/**
 * What is to be sent, and when. Times are on the clock of the load, which begins at 0: until {@link
 * #startsEndNanos} traces start, and when the last has ended all is sent. In between, from {@link
 * #fullRateFromNanos} on, spans end at the full rate: that is what is measured.
 *
 * @param spansPerSecond the rate
 * @param rampNanos in which the rate grows from nothing
 * @param durationNanos for which it is full then
 * @param batchSpans most spans of a request
 * @param lingerNanos longest time a span waits for its request to fill
 * @param seed of everything but the IDs, which are new in every run
 */
record LoadPlan(
    TraceShape shape,
    double spansPerSecond,
    long rampNanos,
    long durationNanos,
    int batchSpans,
    long lingerNanos,
    long seed) {
  private static final double NANOS = 1e9;

  /** From here on spans end at the full rate: those of the first traces must have had the time. */
  long fullRateFromNanos() {
    return rampNanos + shape.durationNanos();
  }

  /** No trace starts from here on. */
  long startsEndNanos() {
    return fullRateFromNanos() + durationNanos;
  }

  /** When the last request is due, at the latest. */
  long endNanos() {
    return startsEndNanos() + shape.durationNanos() + lingerNanos;
  }

  /** When so many spans have been started. */
  long startNanos(double spansBefore) {
    double rampSeconds = rampNanos / NANOS;
    double rampSpans = spansPerSecond * rampSeconds / 2;
    double seconds =
        spansBefore < rampSpans
            ? Math.sqrt(2 * spansBefore * rampSeconds / spansPerSecond)
            : rampSeconds + (spansBefore - rampSpans) / spansPerSecond;
    return (long) (seconds * NANOS);
  }
}
