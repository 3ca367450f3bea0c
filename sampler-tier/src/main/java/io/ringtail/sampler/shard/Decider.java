package io.ringtail.sampler.shard;

import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.policy.PolicySet;
import io.ringtail.sampler.policy.TraceFeatures;
import io.ringtail.sampler.policy.Verdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides open traces: asks the policies, remembers, sends off. Every decision of a shard passes
 * through {@link #decide}; whatever must forbid one (holds, leases: protocol D1) belongs there.
 * Threads: the shard's.
 */
final class Decider {
  private static final Logger log = LoggerFactory.getLogger(Decider.class);
  private static final Verdict TOO_LARGE = new Verdict(Verdict.Outcome.NOT_SAMPLED, "");
  private static final Verdict FAILED = new Verdict(Verdict.Outcome.NOT_SAMPLED, "");

  private final ShardStore store;
  private final PolicySet policies;
  private final PolicyNames names;
  private final DecisionCaches caches;
  private final Departures departures;
  private final ShardCounts counts;
  private final SamplerMetrics metrics;
  private final View view;
  private boolean failedBefore;

  /** One trace as the policies see it. */
  private static final class View implements TraceFeatures {
    private final TraceTable traces;
    private int trace;

    View(TraceTable traces) {
      this.traces = traces;
    }

    @Override
    public long traceIdHi() {
      return traces.traceIdHi(trace);
    }

    @Override
    public long traceIdLo() {
      return traces.traceIdLo(trace);
    }

    @Override
    public int spanCount() {
      return traces.spanCount(trace);
    }

    @Override
    public long spanBytes() {
      return traces.spanBytes(trace);
    }

    @Override
    public long minStartNanos() {
      return traces.minStartNanos(trace);
    }

    @Override
    public long maxEndNanos() {
      return traces.maxEndNanos(trace);
    }

    @Override
    public long bits(int word) {
      return traces.bits(trace, word);
    }
  }

  Decider(
      ShardStore store,
      PolicySet policies,
      DecisionCaches caches,
      PolicyNames names,
      Departures departures,
      ShardCounts counts,
      SamplerMetrics metrics) {
    this.store = store;
    this.policies = policies;
    this.caches = caches;
    this.names = names;
    this.departures = departures;
    this.counts = counts;
    this.metrics = metrics;
    this.view = new View(store.traces);
  }

  /** Decides an open trace whose deadline is still in the wheel. */
  void decideEarly(int trace, Cause cause, int nowMillis, long nowNanos) {
    store.wheel.remove(trace);
    decide(trace, cause, nowMillis, nowNanos);
  }

  /** Decides an open trace that is no longer in the wheel. */
  void decide(int trace, Cause cause, int nowMillis, long nowNanos) {
    store.open.remove(trace);
    Verdict verdict = cause == Cause.TOO_LARGE ? TOO_LARGE : evaluate(trace, nowNanos);
    counts.decided(cause);
    int policy = names.decided(verdict);
    remember(trace, verdict.keep(), policy, nowMillis);
    if (verdict.keep()) {
      store.traces.policy(trace, policy);
      departures.keep(trace);
    } else {
      departures.drop(trace, reason(cause, verdict));
    }
  }

  private Verdict evaluate(int trace, long nowNanos) {
    view.trace = trace;
    try {
      return policies.evaluate(view, nowNanos);
    } catch (RuntimeException e) {
      metrics.policyError();
      if (!failedBefore) {
        failedBefore = true;
        log.error("policy failed, trace dropped; further failures are only counted", e);
      }
      return FAILED;
    }
  }

  private void remember(int trace, boolean keep, int policy, int nowMillis) {
    TraceTable traces = store.traces;
    (keep ? caches.kept : caches.dropped)
        .put(
            traces.context(trace),
            traces.traceIdHi(trace),
            traces.traceIdLo(trace),
            policy,
            nowMillis);
  }

  private static DropReason reason(Cause cause, Verdict verdict) {
    if (cause == Cause.TOO_LARGE) {
      return DropReason.TOO_LARGE;
    }
    return verdict.outcome() == Verdict.Outcome.DROPPED
        ? DropReason.DROPPED_BY_POLICY
        : DropReason.NOT_SAMPLED;
  }
}
