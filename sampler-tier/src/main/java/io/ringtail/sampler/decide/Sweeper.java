package io.ringtail.sampler.decide;

import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.settle.DecisionBatch;
import io.ringtail.sampler.store.DecisionCaches;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.trace.TraceHash;
import java.util.BitSet;
import java.util.function.Consumer;

/** Lets go, now and then, of what a shard has no use for any more. Threads: the shard's. */
public final class Sweeper {
  private static final int GROUPS_PER_SWEEP = 64;
  private static final int SWEEP_MILLIS = 100;
  private static final int EVICT_MILLIS = 20;
  private static final int BATCHES_PER_EVICTION = 64;

  private final ShardStore store;
  private final DecisionCaches caches;
  private final Decider decider;
  private final Departures departures;
  private final Consumer<DecisionBatch> inherited = this::inherited;
  private int nowMillis;
  private int evictMillis;
  private int sweepMillis;

  public Sweeper(ShardStore store, DecisionCaches caches, Decider decider, Departures departures) {
    this.store = store;
    this.caches = caches;
    this.decider = decider;
    this.departures = departures;
  }

  /** Lets go of decisions that no log can ask for any more; some at a time. */
  public int evict(int now) {
    nowMillis = now;
    if (nowMillis - evictMillis < 0) {
      return 0;
    }
    evictMillis = nowMillis + EVICT_MILLIS;
    return store.replayable.evict(BATCHES_PER_EVICTION, inherited);
  }

  /** What another decided of slots that are this sampler's now is remembered for late spans. */
  private void inherited(DecisionBatch batch) {
    for (int place = 0; place < batch.size(); place++) {
      long hi = batch.hi(place);
      long lo = batch.lo(place);
      if (!batch.isVoid(place) && decider.slots().owns(TraceHash.slot(hi, lo))) {
        decider.remember(
            batch.context(place), hi, lo, batch.keep(place), batch.policy(place), nowMillis);
      }
    }
  }

  /** Lets go of resources and contexts that nothing refers to; some at a time. */
  public int sweep(int now) {
    nowMillis = now;
    if (nowMillis - sweepMillis < 0) {
      return 0;
    }
    sweepMillis = nowMillis + SWEEP_MILLIS;
    if (store.contexts.sweepDue()) {
      sweepContexts();
    }
    return store.groups.sweep(oldestMillis(), GROUPS_PER_SWEEP);
  }

  private int oldestMillis() {
    int oldest = store.open.isEmpty() ? nowMillis : store.traces.createdMillis(store.open.first());
    oldest = store.overdue.oldestMillis(oldest);
    oldest = store.decided.oldestMillis(oldest);
    oldest = store.untold.oldestMillis(oldest);
    oldest = departures.leaving().oldestMillis(oldest);
    return departures.waiting().oldestMillis(oldest);
  }

  private void sweepContexts() {
    BitSet inUse = new BitSet();
    caches.markContexts(inUse);
    store.replayable.markContexts(inUse);
    mark(store.open.first(), inUse);
    mark(store.overdue.first(), inUse);
    mark(store.decided.first(), inUse);
    mark(store.untold.first(), inUse);
    mark(departures.waiting().first(), inUse);
    mark(departures.leaving().first(), inUse);
    store.contexts.sweep(inUse);
  }

  private void mark(int first, BitSet inUse) {
    for (int trace = first; trace != TraceTable.NONE; trace = store.open.next(trace)) {
      inUse.set(store.traces.context(trace));
    }
  }
}
