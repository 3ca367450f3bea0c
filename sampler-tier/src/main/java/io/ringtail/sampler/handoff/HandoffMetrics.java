package io.ringtail.sampler.handoff;

import io.ringtail.metrics.Metrics;
import java.util.function.Supplier;

/** What a sampler holds, asks and waits for. Threads: any. */
final class HandoffMetrics {
  private static final double NANOS = 1e9;

  private HandoffMetrics() {}

  static void register(Metrics metrics, Supplier<HandoffStatus> status) {
    metrics.gauge(
        "ringtail_sampler_holds",
        "Gains of slots that are not decided on yet: other samplers or routers have not said all.",
        () -> status.get().holds());
    metrics.gauge(
        "ringtail_sampler_held_slots",
        "Slots whose traces are not decided yet for that.",
        () -> status.get().heldSlots());
    metrics.gauge(
        "ringtail_sampler_hold_seconds",
        "How long the oldest hold has lasted, 0 without one.",
        () -> status.get().oldestHoldNanos() / NANOS);
    metrics.gauge(
        "ringtail_sampler_possible_splits",
        "Holds of this start that ended for want of progress; traces of their slots may be split.",
        () -> status.get().possibleSplits());
    metrics.gauge(
        "ringtail_sampler_questions_open",
        "Questions for replay that not every router has answered.",
        () -> status.get().questions());
    metrics.gauge(
        "ringtail_sampler_answers_missing",
        "Routers that have not answered, summed over open questions.",
        () -> status.get().answersMissing());
    metrics.gauge(
        "ringtail_sampler_handoff_complete_epoch",
        "Number of the newest epoch for which all that was lost is with its owners.",
        () -> status.get().completeUpTo().number());
    metrics.gauge(
        "ringtail_sampler_stranger",
        "1 while this sampler, lost by its cluster, gives away what it holds, else 0.",
        () -> status.get().stranger() ? 1 : 0);
  }
}
