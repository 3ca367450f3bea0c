package io.ringtail.router.retain;

import com.codahale.metrics.Counter;
import io.ringtail.metrics.Metrics;

/** What a router's log has and does. Threads: counters any; the rest is written by the log's. */
final class RetentionMetrics {
  final Counter forgottenSpans;
  final Counter replayedParts;
  final Counter replayedSpans;
  final Counter questions;
  final Counter givenUp;

  volatile long bytes;
  volatile long limitBytes;
  volatile long parts;
  volatile long openQuestions;
  volatile double oldestSeconds;
  volatile double coverSeconds = Double.POSITIVE_INFINITY;

  RetentionMetrics(Metrics metrics, RetentionConfig config) {
    forgottenSpans =
        metrics.counter(
            "ringtail_router_forgotten_spans_total",
            "Accepted spans given up before they were settled, because the log was full; they are"
                + " lost if their sampler is.");
    replayedParts =
        metrics.counter(
            "ringtail_router_replayed_parts_total", "Pieces cut out of the log for a replay.");
    replayedSpans =
        metrics.counter("ringtail_router_replayed_spans_total", "Spans in these pieces.");
    questions =
        metrics.counter(
            "ringtail_router_replay_questions_total", "Questions for a replay taken up.");
    givenUp =
        metrics.counter(
            "ringtail_router_retention_given_up_total",
            "Lost samplers and questions no longer waited for, after a gap in the epochs.");
    metrics.gauge(
        "ringtail_router_retention_bytes", "Memory of accepted parts not settled.", () -> bytes);
    metrics.gauge(
        "ringtail_router_retention_limit_bytes",
        "Limit of ringtail_router_retention_bytes, less than configured if the JVM gives no more"
            + " memory; 0 if nothing is kept.",
        () -> limitBytes);
    metrics.gauge("ringtail_router_retention_parts", "Accepted parts not settled.", () -> parts);
    metrics.gauge(
        "ringtail_router_retention_oldest_seconds",
        "Age of the oldest part in the log; 0 if it is empty.",
        () -> oldestSeconds);
    metrics.gauge(
        "ringtail_router_retention_cover_seconds",
        "How long the log lasts at the present rate: while it is longer than decision_wait and an"
            + " export, a sampler may die.",
        () -> coverSeconds);
    metrics.gauge(
        "ringtail_router_retention_short",
        "1 if ringtail_router_retention_cover_seconds is below router.retention.cover.",
        () -> config.isOn() && coverSeconds < config.cover().toMillis() / 1e3 ? 1 : 0);
    metrics.gauge(
        "ringtail_router_replay_open_questions",
        "Questions for a replay not answered yet.",
        () -> openQuestions);
  }
}
