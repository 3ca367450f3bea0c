package io.ringtail.sampler.gather;

import io.ringtail.sampler.account.Cause;
import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.buffer.TraceList;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.cache.DecisionCache;
import io.ringtail.sampler.decide.Decider;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.settle.LateDecisions.Followed;
import io.ringtail.sampler.settle.Replayable;
import io.ringtail.sampler.store.DecisionCaches;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.TraceState;

/**
 * The trace a span goes to: the open one, or a new one; of a decided trace one that follows the
 * decision, dropped at once or exported with the batch's other late spans of it. A trace that
 * reaches a cap is decided on what is there. Threads: the shard's.
 */
public final class TracePlaces {
  private static final int NONE = TraceTable.NONE;

  /** In the place of a trace: the span is dropped, its trace is settled. */
  private static final int SETTLED = -2;

  private static final int TOO_LARGE = -3;

  /** A trace whose fate is held grows past its caps, but not past this: nothing could export it. */
  private static final int MOST_BYTES = 1 << 30;

  private final ShardStore store;
  private final TraceTable traces;
  private final DecisionCaches caches;
  private final Decider decider;
  private final Departures departures;
  private final TraceLimits limits;
  private final Arriving arriving;

  /** To be exported at the end of what is taken now. */
  private final TraceList late;

  /** Whether a trace was full in the middle of what is taken now. */
  private boolean cut;

  /** Whether a trace is over a cap and may not be decided. */
  private boolean overgrown;

  public TracePlaces(
      ShardStore store,
      DecisionCaches caches,
      Decider decider,
      Departures departures,
      TraceLimits limits,
      Arriving arriving) {
    this.store = store;
    this.traces = store.traces;
    this.caches = caches;
    this.decider = decider;
    this.departures = departures;
    this.limits = limits;
    this.arriving = arriving;
    this.late = new TraceList(store.traces);
  }

  static DropReason reason(int noTrace) {
    return switch (noTrace) {
      case SETTLED -> DropReason.REPLAY_SETTLED;
      case TOO_LARGE -> DropReason.TOO_LARGE;
      default -> DropReason.LATE;
    };
  }

  /** A batch or a trace begins. */
  void begin() {
    cut = false;
  }

  /** Exports the late spans that were gathered. */
  void sendLate() {
    while (!late.isEmpty()) {
      int trace = late.first();
      late.remove(trace);
      departures.keep(trace);
    }
  }

  /**
   * @param found the span's trace as the table has it
   * @param length of the span
   * @return one that has room, or a new one; negative if the span is to be dropped
   */
  int withRoom(int found, int context, long hi, long lo, int length) {
    int trace = found;
    int state = trace == NONE ? TraceState.OPEN : traces.state(trace);
    if (state == TraceState.WAITING) {
      int known = store.replayable.find(context, hi, lo);
      followed(known, context, hi, lo, traces.policy(trace), true);
    } else if (TraceState.isDecided(state)) {
      decider.notices().spanCame(trace);
    }
    while (trace != NONE && isFull(trace, length)) {
      if (mustGrow(trace)) {
        return (long) traces.spanBytes(trace) + length <= MOST_BYTES ? trace : TOO_LARGE;
      }
      finish(trace, length);
      trace = traces.find(context, hi, lo);
    }
    return trace != NONE ? trace : begin(context, hi, lo);
  }

  /** Full, but nothing may be decided about it (protocol O4), or its decision has no effect yet. */
  private boolean mustGrow(int trace) {
    int state = traces.state(trace);
    boolean must =
        TraceState.isDecided(state) || (TraceState.isOpen(state) && !decider.mayDecide(trace));
    overgrown |= must;
    return must;
  }

  /**
   * Whether there was such a trace since something is held.
   *
   * @param held whether something is
   */
  public boolean overgrown(boolean held) {
    overgrown &= held;
    return overgrown;
  }

  private boolean isFull(int trace, int length) {
    int spans = traces.spanCount(trace);
    long bytes = (long) traces.spanBytes(trace) + length;
    return spans > 0
        && (spans >= limits.traceSpans()
            || bytes > limits.traceBytes()
            || (TraceState.isOpen(traces.state(trace)) && limits.exceedsDiscard(bytes)));
  }

  private void finish(int trace, int length) {
    cut = true;
    switch (traces.state(trace)) {
      case TraceState.OPEN, TraceState.OVERDUE ->
          decider.decideEarly(trace, cause(trace, length), arriving.nowMillis, arriving.nowNanos);
      case TraceState.LATE -> {
        late.remove(trace);
        departures.keep(trace);
      }
      case TraceState.WAITING -> departures.close(trace);
      default -> throw new AssertionError("state " + traces.state(trace));
    }
  }

  private Cause cause(int trace, int length) {
    if (limits.exceedsDiscard((long) traces.spanBytes(trace) + length)) {
      return Cause.TOO_LARGE;
    }
    return traces.spanCount(trace) >= limits.traceSpans() ? Cause.TRACE_SPANS : Cause.TRACE_BYTES;
  }

  private int begin(int context, long hi, long lo) {
    int known = store.replayable.find(context, hi, lo);
    if (known != Replayable.NONE) {
      return beginDecided(context, hi, lo, known);
    }
    int policy = caches.kept.find(context, hi, lo);
    if (policy != DecisionCache.NONE) {
      followed(known, context, hi, lo, policy, true);
      return beginLate(context, hi, lo, policy);
    }
    int dropped = caches.dropped.find(context, hi, lo);
    if (dropped != DecisionCache.NONE) {
      followed(known, context, hi, lo, dropped, false);
      return NONE;
    }
    if (store.openCount() >= limits.openTraces()) {
      makeRoom();
    }
    int trace = create(context, hi, lo);
    store.open.addLast(trace);
    store.wheel.schedule(trace, arriving.arrivalMillis + limits.waitMillis());
    return trace;
  }

  /** A trace that is decided: a replay of what was in it is nothing new once it is settled. */
  private int beginDecided(int context, long hi, long lo, int known) {
    long seq = arriving.replayedSeq;
    if (seq != 0 && store.replayable.isSettled(known, arriving.routerKey, seq)) {
      return SETTLED;
    }
    int policy = store.replayable.policy(known);
    boolean keep = store.replayable.keep(known);
    followed(known, context, hi, lo, policy, keep);
    return keep ? beginLate(context, hi, lo, policy) : NONE;
  }

  /** A span follows the decision on its trace, and so does a replay of it. */
  private void followed(int known, int context, long hi, long lo, int policy, boolean keep) {
    Followed decision = store.late.followed(known, context, hi, lo, policy, keep);
    if (arriving.handedOver) {
      decision.bySpansSeen(arriving.nowMillis);
    } else {
      decision.byPart(arriving.routerKey, arriving.seq, arriving.nowMillis);
    }
  }

  private void makeRoom() {
    int oldest = store.open.first();
    if (oldest != NONE && decider.mayDecideEarly() && decider.mayDecide(oldest)) {
      decider.decideEarly(oldest, Cause.NUM_TRACES, arriving.nowMillis, arriving.nowNanos);
    }
  }

  private int create(int context, long hi, long lo) {
    int trace = traces.create(context, hi, lo);
    traces.arrival(trace, arriving.nowMillis, arriving.arrivalMillis);
    traces.window(trace, arriving.window);
    store.notes.hold(arriving.window);
    return trace;
  }

  private int beginLate(int context, long hi, long lo, int policy) {
    int trace = create(context, hi, lo);
    traces.state(trace, TraceState.LATE);
    traces.decision(trace, Departures.NO_DECISION);
    traces.policy(trace, policy);
    late.addLast(trace);
    return trace;
  }

  // ---- what is handed over

  /**
   * The trace to put a span into that was handed over; negative if it is to be dropped.
   *
   * @param policy number of the policy that kept it; negative if it is open
   */
  int handedOver(int context, long hi, long lo, int length, int policy) {
    int found = traces.find(context, hi, lo);
    return policy >= 0 && found == NONE
        ? beginLate(context, hi, lo, policy)
        : withRoom(found, context, hi, lo, length);
  }

  /** All there was to export of a trace was handed over: its export settles it. */
  void handedIn(int trace) {
    int state = trace == NONE ? TraceState.OPEN : traces.state(trace);
    boolean exported = state == TraceState.LATE || state == TraceState.WAITING;
    if (exported && !cut && traces.decision(trace) == Departures.NO_DECISION) {
      traces.decision(trace, Departures.HANDED_IN);
    }
  }

  /** A trace is of another window from now on; what was built to export it is of the former. */
  void moveTo(int trace, int to) {
    if (traces.state(trace) == TraceState.WAITING) {
      departures.changed(trace);
    }
    store.notes.hold(to);
    store.notes.release(traces.window(trace));
    traces.window(trace, to);
  }
}
