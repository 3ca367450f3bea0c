package io.ringtail.sampler.shard;

import io.ringtail.sampler.account.Obstacle;
import io.ringtail.sampler.account.PolicyNames;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.cache.DecisionCache;
import io.ringtail.sampler.decide.Decider;
import io.ringtail.sampler.settle.Replayable;
import io.ringtail.sampler.shard.KnownTrace.State;
import io.ringtail.sampler.store.DecisionCaches;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.TraceState;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Answers what a shard knows of a trace: it looks into each context, some of them a duty cycle, so
 * that thousands of tenants do not hold up spans. A context that is new meanwhile may be missed. To
 * be asked for is no use of a decision: it does not stay in the cache for it. Threads: the shard's.
 */
final class Lookups {
  private static final int CONTEXTS_PER_CYCLE = 1024;

  private final ShardStore store;
  private final DecisionCaches caches;
  private final PolicyNames names;
  private final Decider decider;
  private final Deque<Lookup> asked = new ArrayDeque<>();

  Lookups(ShardStore store, DecisionCaches caches, PolicyNames names, Decider decider) {
    this.store = store;
    this.caches = caches;
    this.names = names;
    this.decider = decider;
  }

  void ask(Lookup lookup) {
    try {
      asked.addLast(lookup);
    } catch (Error e) {
      lookup.answer.completeExceptionally(e);
      throw e;
    }
  }

  /**
   * Returns work done. If it throws, whose question that was is told, and it is not tried again:
   * the shard has more to do.
   */
  int work(int nowMillis) {
    Lookup lookup = asked.peekFirst();
    if (lookup == null) {
      return 0;
    }
    try {
      goOn(lookup, nowMillis);
    } catch (RuntimeException | Error e) {
      lookup.answer.completeExceptionally(e);
      throw e;
    } finally {
      if (lookup.answer.isDone()) {
        asked.removeFirst();
      }
    }
    return 1;
  }

  private void goOn(Lookup lookup, int nowMillis) {
    int end = Math.min(store.contexts.given(), lookup.context + CONTEXTS_PER_CYCLE);
    for (; lookup.context < end && !lookup.answer.isDone(); lookup.context++) {
      if (store.contexts.isUsed(lookup.context)) {
        KnownTrace known = look(lookup.context, lookup, nowMillis);
        if (known != null) {
          lookup.found.add(known);
        }
      }
    }
    if (lookup.context >= store.contexts.given()) {
      lookup.answer.complete(lookup.found);
    }
  }

  private @Nullable KnownTrace look(int context, Lookup of, int nowMillis) {
    int trace = store.traces.find(context, of.traceId.hi(), of.traceId.lo());
    if (trace != TraceTable.NONE) {
      int state = store.traces.state(trace);
      return TraceState.isOpen(state) || TraceState.isDecided(state)
          ? open(context, trace, nowMillis)
          : decided(context, of, State.KEPT, trace, nowMillis);
    }
    if (caches.kept.peek(context, of.traceId.hi(), of.traceId.lo()) != DecisionCache.NONE) {
      return decided(context, of, State.KEPT, TraceTable.NONE, nowMillis);
    }
    if (caches.dropped.peek(context, of.traceId.hi(), of.traceId.lo()) != DecisionCache.NONE) {
      return decided(context, of, State.DROPPED, TraceTable.NONE, nowMillis);
    }
    int entry = store.replayable.find(context, of.traceId.hi(), of.traceId.lo());
    if (entry == Replayable.NONE) {
      return null;
    }
    State state = store.replayable.keep(entry) ? State.KEPT : State.DROPPED;
    return decided(context, state, TraceTable.NONE, store.replayable.policy(entry), -1, nowMillis);
  }

  private KnownTrace open(int context, int trace, int nowMillis) {
    int state = store.traces.state(trace);
    return new KnownTrace(
        store.contexts.header(context),
        State.OPEN,
        store.traces.spanCount(trace),
        store.traces.spanBytes(trace),
        ageMillis(trace, nowMillis),
        store.traces.deadlineMillis(trace) - nowMillis,
        waitsFor(trace, state),
        TraceState.isDecided(state) ? names.name(store.traces.policy(trace)) : "",
        -1);
  }

  private String waitsFor(int trace, int state) {
    if (TraceState.isDecided(state)) {
      return "heir";
    }
    Obstacle obstacle = state == TraceState.OVERDUE ? decider.obstacle(trace) : null;
    return obstacle == null ? "" : obstacle.waitsFor();
  }

  private KnownTrace decided(int context, Lookup of, State state, int trace, int nowMillis) {
    DecisionCache cache = state == State.KEPT ? caches.kept : caches.dropped;
    int entry = cache.peek(context, of.traceId.hi(), of.traceId.lo());
    boolean known = entry != DecisionCache.NONE;
    int policy = known ? cache.policy(entry) : store.traces.policy(trace);
    long ago = known ? cache.ageMillis(entry, nowMillis) : -1;
    return decided(context, state, trace, policy, ago, nowMillis);
  }

  private KnownTrace decided(
      int context, State state, int trace, int policy, long ago, int nowMillis) {
    boolean stored = trace != TraceTable.NONE;
    return new KnownTrace(
        store.contexts.header(context),
        state,
        stored ? store.traces.spanCount(trace) : 0,
        stored ? store.traces.spanBytes(trace) : 0,
        stored ? ageMillis(trace, nowMillis) : 0,
        0,
        "",
        names.name(policy),
        ago);
  }

  private int ageMillis(int trace, int nowMillis) {
    return nowMillis - store.traces.firstArrivalMillis(trace);
  }

  /** Answers nothing more. */
  void close() {
    asked.forEach(lookup -> lookup.answer.cancel(false));
    asked.clear();
  }
}
