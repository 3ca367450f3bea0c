package io.ringtail.sampler.account;

import com.codahale.metrics.Counter;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import io.ringtail.sampler.policy.Verdict;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the shards of one sampler count. Every span is accounted for; once quiet
 *
 * <pre>accepted + handed_in = kept + Σ dropped{reason} + handed_out + held</pre>
 *
 * where <em>kept</em> has been taken by the export queue (from there on the exporter counts) and
 * <em>held</em> is in a shard. Threads: any; shards add sums once a duty cycle.
 */
public final class SamplerMetrics {
  private static final Logger log = LoggerFactory.getLogger(SamplerMetrics.class);

  private final Metrics metrics;
  private final Counter accepted;
  private final Counter acceptedBytes;
  private final Counter handedIn;
  private final Counter handedOut;
  private final Counter kept;
  private final Map<DropReason, Counter> dropped;
  private final Map<Cause, Counter> decisions;
  private final Counter lateKept;
  private final Counter malformed;
  private final Counter malformedAttributes;
  private final Counter policyErrors;
  private final Mishaps shardMishaps;
  private final Map<RefusalCause, Counter> refused;
  private final Map<Obstacle, Counter> postponed;
  private final Counter takenBack;
  private final Counter unconfirmed;
  private final Counter noticesGivenUp;
  private final Counter malformedNotices;
  private final Counter endedByDecision;
  private final Counter splits;

  /** Why a part was not taken. */
  public enum RefusalCause {
    BYTES,
    /** The budget would allow it, but no slab can be had. */
    MEMORY,
    QUEUE,
    NUM_TRACES,
    /** Full, and nothing may be decided early (protocol O4). */
    HELD,
    STOPPING,
    TOO_LARGE
  }

  public SamplerMetrics(Metrics metrics) {
    this.metrics = metrics;
    accepted = spans("accepted", "Spans of the parts that were acknowledged.");
    acceptedBytes =
        metrics.counter(
            "ringtail_sampler_accepted_bytes_total",
            "Bytes of the spans of parts that were acknowledged.");
    handedIn = spans("handed_in", "Spans taken over from other samplers.");
    handedOut = spans("handed_out", "Spans other samplers have taken over.");
    kept = spans("kept", "Spans of kept traces that the export queue has taken.");
    dropped = eachOf(DropReason.class, this::droppedCounter);
    decisions = eachOf(Cause.class, this::decisionsCounter);
    refused = eachOf(RefusalCause.class, this::refusedCounter);
    lateKept = spans("late_kept", "Spans that came after their trace had been kept.");
    malformed = spans("malformed", "Spans that could not be read to their end.");
    malformedAttributes =
        metrics.counter(
            "ringtail_sampler_malformed_attributes_total",
            "Attributes and resources that policies could not read; their tests did not pass.");
    policyErrors =
        metrics.counter(
            "ringtail_sampler_policy_errors_total", "Traces dropped because a policy failed.");
    postponed = eachOf(Obstacle.class, this::postponedCounter);
    takenBack =
        metrics.counter(
            "ringtail_sampler_taken_back_decisions_total",
            "Decisions without effect because an epoch came before the heir's answer.");
    unconfirmed =
        metrics.counter(
            "ringtail_sampler_unconfirmed_decisions_total",
            "Decisions that took effect although the heir had not answered in time.");
    noticesGivenUp =
        metrics.counter(
            "ringtail_sampler_notices_given_up_total",
            "Batches of decisions whose heir could not be told of them.");
    malformedNotices =
        metrics.counter(
            "ringtail_sampler_malformed_notices_total",
            "Batches of decisions of other samplers that could not be read; they are told so.");
    endedByDecision =
        metrics.counter(
            "ringtail_sampler_ended_by_decision_traces_total",
            "Open traces that ended by another sampler's decision.");
    splits =
        metrics.counter(
            "ringtail_sampler_split_decisions_total",
            "Traces on which two samplers decided differently; keep wins.");
    shardMishaps =
        new Mishaps(
            metrics.counter(
                "ringtail_sampler_shard_errors_total",
                "Duty cycles of a shard that ended by a bug."),
            log,
            System::nanoTime);
  }

  private static <E extends Enum<E>> Map<E, Counter> eachOf(
      Class<E> type, Function<E, Counter> counter) {
    Map<E, Counter> counters = new EnumMap<>(type);
    for (E constant : type.getEnumConstants()) {
      counters.put(constant, counter.apply(constant));
    }
    return counters;
  }

  private static <E extends Enum<E>> Counter of(Map<E, Counter> counters, E constant) {
    return Objects.requireNonNull(counters.get(constant));
  }

  private Counter spans(String name, String help) {
    return metrics.counter("ringtail_sampler_" + name + "_spans_total", help);
  }

  private Counter droppedCounter(DropReason reason) {
    return metrics.counter(
        "ringtail_sampler_dropped_spans_total",
        "Accepted spans that were not exported.",
        "reason",
        reason.label());
  }

  private Counter decisionsCounter(Cause cause) {
    return metrics.counter(
        "ringtail_sampler_decisions_total",
        "Traces decided, by what made them be decided then; all but deadline are early.",
        "cause",
        cause.label());
  }

  private Counter refusedCounter(RefusalCause cause) {
    return metrics.counter(
        "ringtail_sampler_refused_parts_total",
        "Parts that were not taken; their router sends them elsewhere or refuses its client.",
        "cause",
        cause.name().toLowerCase(Locale.ROOT));
  }

  private Counter postponedCounter(Obstacle obstacle) {
    return metrics.counter(
        "ringtail_sampler_postponed_decisions_total",
        "Traces past their deadline that could not be decided then, by what forbade it.",
        "obstacle",
        obstacle.label());
  }

  /** Traces decided by one policy; looked up when a shard first meets the policy. */
  Counter decidedTraces(String policy, Verdict.Outcome outcome) {
    return metrics.counter(
        "ringtail_sampler_decided_traces_total",
        "Traces decided, by the credited policy (none: no policy voted) and the decision.",
        "policy",
        policy.isEmpty() ? "none" : policy,
        "decision",
        outcome.name().toLowerCase(Locale.ROOT));
  }

  public void accepted(long spans, long bytes) {
    accepted.inc(spans);
    acceptedBytes.inc(bytes);
  }

  public void refused(RefusalCause cause) {
    of(refused, cause).inc();
  }

  public void postponed(Obstacle obstacle) {
    of(postponed, obstacle).inc();
  }

  public void takenBack() {
    takenBack.inc();
  }

  public void unconfirmed(long decisions) {
    unconfirmed.inc(decisions);
  }

  public void noticeGivenUp() {
    noticesGivenUp.inc();
  }

  public void malformedNotice() {
    malformedNotices.inc();
  }

  public void endedByDecision() {
    endedByDecision.inc();
  }

  public void split() {
    splits.inc();
  }

  public long postponements(Obstacle obstacle) {
    return of(postponed, obstacle).getCount();
  }

  public long takenBackDecisions() {
    return takenBack.getCount();
  }

  public long unconfirmedDecisions() {
    return unconfirmed.getCount();
  }

  /** Traces on which two samplers have decided differently. */
  public long splitDecisions() {
    return splits.getCount();
  }

  /** A duty cycle of a shard has ended by an error. */
  public void shardFailed(int shard, Throwable e) {
    shardMishaps.happened("event=shard-failed shard=" + shard, e);
  }

  public void policyError() {
    policyErrors.inc();
  }

  public void handedIn(long spans) {
    handedIn.inc(spans);
  }

  void handedOut(long spans) {
    handedOut.inc(spans);
  }

  /** Spans taken over from other samplers so far. */
  public long handedInSpans() {
    return handedIn.getCount();
  }

  /** Spans other samplers have taken over so far. */
  public long handedOutSpans() {
    return handedOut.getCount();
  }

  void kept(long spans) {
    kept.inc(spans);
  }

  public void dropped(DropReason reason, long spans) {
    of(dropped, reason).inc(spans);
  }

  void decided(Cause cause, long traces) {
    of(decisions, cause).inc(traces);
  }

  void lateKept(long spans) {
    lateKept.inc(spans);
  }

  public void malformedAttributes(long attributes) {
    malformedAttributes.inc(attributes);
  }

  void malformed(long spans) {
    malformed.inc(spans);
  }

  /** Spans acknowledged so far. */
  public long acceptedSpans() {
    return accepted.getCount() + handedIn.getCount();
  }

  /** Spans that have left so far, for whatever reason; the rest is held. */
  public long departedSpans() {
    long sum = kept.getCount() + handedOut.getCount();
    for (Counter counter : dropped.values()) {
      sum += counter.getCount();
    }
    return sum;
  }

  /** Spans the export queue has taken so far. */
  public long keptSpans() {
    return kept.getCount();
  }

  public long droppedSpans(DropReason reason) {
    return of(dropped, reason).getCount();
  }

  public long decisions(Cause cause) {
    return of(decisions, cause).getCount();
  }

  public long refusals(RefusalCause cause) {
    return of(refused, cause).getCount();
  }

  public long lateKeptSpans() {
    return lateKept.getCount();
  }

  Metrics metrics() {
    return metrics;
  }
}
