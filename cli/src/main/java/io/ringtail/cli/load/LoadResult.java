package io.ringtail.cli.load;

/**
 * What came of a load, beside the outcome of its spans.
 *
 * @param traffic what was made; read only
 * @param seconds it took, the last answer included
 * @param fullRateSeconds of these, at the full rate; 0 if it was not reached
 * @param stopped whether it was told to end early
 */
record LoadResult(
    LoadPlan plan,
    Traffic traffic,
    Measured measured,
    Lateness lateness,
    double seconds,
    double fullRateSeconds,
    boolean stopped) {
  /** Spans a second while the rate was to be full. */
  double sentRate() {
    return fullRateSeconds == 0 ? 0 : measured.sentSpans() / fullRateSeconds;
  }

  /** Spans a second while the rate was to be full. */
  double acceptedRate() {
    return fullRateSeconds == 0 ? 0 : measured.acceptedSpans() / fullRateSeconds;
  }

  /** Spans of the plan that were not sent, for the time was over or the load was stopped. */
  long notSentSpans(long sentSpans) {
    return Math.max(0, traffic.plannedSpans() - sentSpans);
  }
}
