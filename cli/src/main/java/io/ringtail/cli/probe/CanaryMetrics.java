package io.ringtail.cli.probe;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Histogram;
import io.ringtail.metrics.Metrics;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What a canary counts: {@code runs = ok runs + failed runs}, where a run that failed for several
 * reasons counts under each of them. Threads: one writes.
 */
final class CanaryMetrics {
  private static final String FAILURES = "ringtail_probe_failures_total";
  private static final String FAILURES_HELP =
      "Runs that found a problem, by reason; one with several counts under each.";

  private final Counter runs;
  private final Counter okRuns;
  private final Counter unreachable;
  private final Map<Problem, Counter> failures = new EnumMap<>(Problem.class);
  private final Counter sentSpans;
  private final Counter missingSpans;
  private final Counter foreignSpans;
  private final Counter lateSpans;
  private final Histogram untilWhole;
  private volatile double lastOkSeconds;
  private volatile double lastRunOk;

  CanaryMetrics(Metrics metrics) {
    runs = metrics.counter("ringtail_probe_runs_total", "Runs of the probe.");
    okRuns =
        metrics.counter(
            "ringtail_probe_ok_runs_total", "Runs whose traces all came whole, once and in time.");
    unreachable = metrics.counter(FAILURES, FAILURES_HELP, "reason", "unreachable");
    for (Problem problem : Problem.values()) {
      failures.put(problem, metrics.counter(FAILURES, FAILURES_HELP, "reason", problem.label()));
    }
    sentSpans = metrics.counter("ringtail_probe_sent_spans_total", "Spans sent.");
    missingSpans =
        metrics.counter(
            "ringtail_probe_missing_spans_total", "Spans taken that did not come in time.");
    foreignSpans =
        metrics.counter("ringtail_probe_foreign_spans_total", "Spans of others that came.");
    lateSpans =
        metrics.counter(
            "ringtail_probe_late_spans_total",
            "Spans of earlier runs that came after their verdict, or once more.");
    untilWhole =
        metrics.histogram(
            "ringtail_probe_until_whole_milliseconds",
            "Time from the acceptance of a trace's last span until all had come.");
    metrics.gauge(
        "ringtail_probe_last_run_ok",
        "1 if the last run found no problem, else 0.",
        () -> lastRunOk);
    metrics.gauge(
        "ringtail_probe_last_ok_timestamp_seconds",
        "When the last run without a problem ended, in seconds since 1970; 0: none yet.",
        () -> lastOkSeconds);
  }

  /**
   * Counts a run.
   *
   * @param late of all runs so far
   * @param nowSeconds since 1970
   */
  void count(ProbeResult result, long late, double nowSeconds) {
    runs.inc();
    lastRunOk = result.isFine() ? 1 : 0;
    if (result.isFine()) {
      okRuns.inc();
      lastOkSeconds = nowSeconds;
    }
    if (!result.reached()) {
      unreachable.inc();
    }
    foreignSpans.inc(result.foreignSpans());
    lateSpans.inc(late - lateSpans.getCount());
    Set<Problem> problems = EnumSet.noneOf(Problem.class);
    for (Verdict verdict : result.verdicts()) {
      problems.addAll(verdict.problems());
      sentSpans.inc(verdict.spans());
      missingSpans.inc(verdict.missing().size());
      if (verdict.isWhole()) {
        untilWhole.update(verdict.untilWholeNanos() / 1_000_000);
      }
    }
    problems.forEach(problem -> Objects.requireNonNull(failures.get(problem)).inc());
  }
}
