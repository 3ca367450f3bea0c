package io.ringtail.sampler.decide;

import io.ringtail.rules.Rule;
import io.ringtail.sampler.account.Cause;
import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.account.Obstacle;
import io.ringtail.sampler.account.PolicyNames;
import io.ringtail.sampler.account.SamplerMetrics;
import io.ringtail.sampler.account.ShardCounts;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.cache.DecisionCache;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.policy.PolicySet;
import io.ringtail.sampler.policy.TraceFeatures;
import io.ringtail.sampler.policy.Verdict;
import io.ringtail.sampler.store.DecisionCaches;
import io.ringtail.sampler.store.ShardContext;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.sampler.store.TraceState;
import io.ringtail.trace.TraceHash;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides open traces: asks the policies, remembers, sends off. Every decision of a shard passes
 * through here, and so do the rules that forbid one: a trace is decided if its slot is this
 * sampler's and not held, and the lease is good (protocol D1, O1, L1). Else it waits overdue, and
 * nothing decides it, whatever is full (O4). A decision has effect when the heir knows it: see
 * {@link Notices}. Threads: the shard's.
 */
public final class Decider implements Notices.Effect {
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
  private final long discardBytes;
  private final Notices notices;
  private final boolean handsOff;
  private SlotView slots = SlotView.NONE;
  private EffectListener listener = EffectListener.NONE;
  private boolean lease = true;
  private boolean failedBefore;

  /** Overdue traces that may be decided since slots or the lease have changed. */
  private int toLookAt;

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

  public Decider(
      ShardStore store,
      PolicySet policies,
      DecisionCaches caches,
      PolicyNames names,
      Departures departures,
      ShardCounts counts,
      HeirMail mail,
      ShardContext context) {
    this.store = store;
    this.policies = policies;
    this.caches = caches;
    this.names = names;
    this.departures = departures;
    this.counts = counts;
    this.metrics = context.metrics();
    this.discardBytes = context.tail().maximumTraceSizeBytes();
    this.view = new View(store.traces);
    this.handsOff = context.rules().inForce(Rule.H1);
    this.notices = new Notices(store, names, context, mail, this);
  }

  /**
   * Whose the slots are from now on. What was held or waited for heirs is looked at again.
   *
   * @param next as the queue has it
   */
  public void slots(SlotView next, int nowMillis) {
    notices.slots(next, nowMillis);
    slots = next;
    toLookAt = store.overdue.size();
  }

  /** Whether there is a lease, for this duty cycle. */
  public void lease(boolean good) {
    if (good && !lease) {
      toLookAt = store.overdue.size();
    }
    lease = good;
  }

  public boolean lease() {
    return lease;
  }

  public SlotView slots() {
    return slots;
  }

  /**
   * Whether a full buffer may make traces be decided early. While anything is held it may not: then
   * intake refuses fresh spans.
   */
  public boolean mayDecideEarly() {
    return lease && slots.heirs() != null && slots.held().isEmpty();
  }

  /** Whether a trace may be decided now; if not, why is counted by the caller. */
  public boolean mayDecide(int trace) {
    return obstacle(trace) == null;
  }

  /** What forbids to decide a trace now; null if nothing does. */
  public @Nullable Obstacle obstacle(int trace) {
    int slot = TraceHash.slot(store.traces.traceIdHi(trace), store.traces.traceIdLo(trace));
    boolean owned = slots.owns(slot);
    if (!owned && handsOff) {
      return Obstacle.NOT_OWNED;
    }
    if (slots.holds(slot)) {
      return Obstacle.HELD;
    }
    if (owned && slots.heirs() == null) {
      return Obstacle.NO_HEIRS;
    }
    return lease ? null : Obstacle.NO_LEASE;
  }

  /** The deadline of an open trace has passed; the wheel has forgotten it. */
  public void expired(int trace, int nowMillis, long nowNanos) {
    store.open.remove(trace);
    Obstacle obstacle = obstacle(trace);
    if (obstacle == null) {
      decide(trace, Cause.DEADLINE, nowMillis, nowNanos);
    } else {
      metrics.postponed(obstacle);
      postpone(trace);
    }
  }

  private void postpone(int trace) {
    store.traces.state(trace, TraceState.OVERDUE);
    store.overdue.addLast(trace);
  }

  /** Decides an open trace before its time. It must be one that {@link #mayDecide} allows. */
  public void decideEarly(int trace, Cause cause, int nowMillis, long nowNanos) {
    store.takeOpen(trace);
    decide(trace, cause, nowMillis, nowNanos);
  }

  /**
   * Decides the overdue again of which that may have become possible.
   *
   * @return how many were looked at
   */
  public int decideOverdue(int limit, int nowMillis, long nowNanos) {
    if (!lease) {
      return 0;
    }
    int looked = 0;
    for (; looked < limit && toLookAt > 0 && !store.overdue.isEmpty(); looked++) {
      toLookAt--;
      int trace = store.overdue.first();
      store.overdue.remove(trace);
      if (mayDecide(trace)) {
        boolean tooLarge = discardBytes != 0 && store.traces.spanBytes(trace) > discardBytes;
        decide(trace, tooLarge ? Cause.TOO_LARGE : Cause.DEADLINE, nowMillis, nowNanos);
      } else {
        store.overdue.addLast(trace);
      }
    }
    return looked;
  }

  /** Decides a trace that is in no list, and tells the heir. */
  private void decide(int trace, Cause cause, int nowMillis, long nowNanos) {
    Verdict verdict = cause == Cause.TOO_LARGE ? TOO_LARGE : evaluate(trace, nowNanos);
    counts.decided(cause);
    int policy = names.decided(verdict);
    store.traces.policy(trace, policy);
    int state = verdict.keep() ? TraceState.DECIDED_KEEP : TraceState.DECIDED_DROP;
    store.traces.state(trace, cause == Cause.TOO_LARGE ? TraceState.DECIDED_TOO_LARGE : state);
    tellTaken(trace, verdict.keep());
    notices.decided(trace, policy, verdict.keep(), nowMillis);
  }

  /** Whether nothing can be done here about the overdue: their slots are others' (protocol S3). */
  public boolean allOverdueAreForeign() {
    for (int trace = store.overdue.first();
        trace != TraceTable.NONE;
        trace = store.overdue.next(trace)) {
      if (slots.owns(
          TraceHash.slot(store.traces.traceIdHi(trace), store.traces.traceIdLo(trace)))) {
        return false;
      }
    }
    return true;
  }

  /** An open trace has no time left, but nothing may be decided about it now. */
  public void waitOverdue(int trace) {
    store.takeOpen(trace);
    postpone(trace);
  }

  /**
   * Decides an open trace before its time and with effect at once: the sampler ends, and there is
   * nobody whom the slot goes to. It must be one that {@link #mayDecide} allows.
   */
  public void decideAtLast(int trace, int nowMillis, long nowNanos) {
    store.takeOpen(trace);
    Verdict verdict = evaluate(trace, nowNanos);
    counts.decided(Cause.SHUTDOWN);
    int policy = names.decided(verdict);
    store.traces.policy(trace, policy);
    store.traces.state(trace, verdict.keep() ? TraceState.DECIDED_KEEP : TraceState.DECIDED_DROP);
    store.traces.decision(trace, Departures.NO_DECISION);
    tellTaken(trace, verdict.keep());
    takesEffect(trace, true, nowMillis);
  }

  private void tellTaken(int trace, boolean keep) {
    TraceTable traces = store.traces;
    listener.onTaken(
        traces.traceIdHi(trace), traces.traceIdLo(trace), keep, traces.spanCount(trace));
  }

  /**
   * The decision on a trace, which is in no list, takes effect: from here on it is exported or
   * gone, and its late spans follow.
   */
  @Override
  public void takesEffect(int trace, boolean known, int nowMillis) {
    TraceTable traces = store.traces;
    int state = traces.state(trace);
    boolean keep = state == TraceState.DECIDED_KEEP;
    int policy = traces.policy(trace);
    listener.onEffect(
        traces.traceIdHi(trace), traces.traceIdLo(trace), keep, traces.spanCount(trace), known);
    remember(
        traces.context(trace),
        traces.traceIdHi(trace),
        traces.traceIdLo(trace),
        keep,
        policy,
        nowMillis);
    if (keep) {
      departures.keep(trace);
    } else {
      departures.drop(
          trace, state == TraceState.DECIDED_TOO_LARGE ? DropReason.TOO_LARGE : reason(policy));
    }
  }

  /** A decision is taken back: the trace, which is in no list, is open again, with no time left. */
  @Override
  public void takenBack(int trace, int nowMillis) {
    store.traces.deadlineMillis(trace, nowMillis);
    metrics.takenBack();
    postpone(trace);
    toLookAt++;
  }

  /**
   * Another sampler has decided a trace (protocol D5, P3): what is open of it here ends by that
   * decision, and so do spans that come late.
   *
   * @param policy the number its policy has here
   * @param ageMillis since when it is remembered there
   */
  public void decidedElsewhere(
      int context, long hi, long lo, int policy, int nowMillis, int ageMillis) {
    heard(hi, lo);
    boolean keep = names.verdict(policy).keep();
    if (ageMillis == 0) {
      remember(context, hi, lo, keep, policy, nowMillis);
    } else if (keep) {
      caches.kept.putAged(context, hi, lo, policy, nowMillis, ageMillis);
    } else if (caches.kept.find(context, hi, lo) == DecisionCache.NONE) {
      caches.dropped.putAged(context, hi, lo, policy, nowMillis, ageMillis);
    }
    int trace = store.traces.find(context, hi, lo);
    if (trace != TraceTable.NONE) {
      end(trace, policy, keep, nowMillis);
    }
  }

  public void listener(EffectListener told) {
    listener = told;
  }

  /** Another's decision on a trace is stored or remembered here. */
  void heard(long hi, long lo) {
    listener.onHeard(hi, lo);
  }

  public Notices notices() {
    return notices;
  }

  /** Spans of a trace that came after the decision on it follow that. */
  private void followed(int trace, int policy, boolean keep, int nowMillis) {
    TraceTable traces = store.traces;
    store
        .late
        .followed(
            traces.context(trace), traces.traceIdHi(trace), traces.traceIdLo(trace), policy, keep)
        .bySpansSeen(nowMillis);
  }

  private void end(int trace, int policy, boolean keep, int nowMillis) {
    int state = store.traces.state(trace);
    if (TraceState.isDecided(state)) {
      boolean kept = state == TraceState.DECIDED_KEEP;
      if (kept != keep) {
        metrics.split();
      }
      if (kept || !keep) {
        return;
      }
      notices.withdraw(trace);
    } else if (TraceState.isOpen(state)) {
      store.takeOpen(trace);
    } else {
      return;
    }
    metrics.endedByDecision();
    listener.onEnded(
        store.traces.traceIdHi(trace),
        store.traces.traceIdLo(trace),
        store.traces.spanCount(trace));
    store.traces.policy(trace, policy);
    store.traces.decision(trace, Departures.NO_DECISION);
    followed(trace, policy, keep, nowMillis);
    if (keep) {
      departures.keep(trace);
    } else {
      departures.drop(trace, DropReason.LATE);
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

  /** If two decisions meet, keep wins (protocol P3). */
  void remember(int context, long hi, long lo, boolean keep, int policy, int nowMillis) {
    if (keep) {
      caches.kept.put(context, hi, lo, policy, nowMillis);
    } else if (caches.kept.find(context, hi, lo) == DecisionCache.NONE) {
      caches.dropped.put(context, hi, lo, policy, nowMillis);
    }
  }

  private DropReason reason(int policy) {
    return names.verdict(policy).outcome() == Verdict.Outcome.DROPPED
        ? DropReason.DROPPED_BY_POLICY
        : DropReason.NOT_SAMPLED;
  }
}
