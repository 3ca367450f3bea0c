package io.ringtail.sampler.shard;

import io.ringtail.sampler.store.DecisionCaches;
import io.ringtail.sampler.store.ShardStore;

/**
 * What a shard says of itself, once a cycle in which it has worked.
 *
 * @param heldSpans in its traces
 * @param openTraces undecided
 * @param waitingTraces kept, to be taken by the export queue
 * @param tracesToSend of others' slots, not acknowledged
 * @param oldestNanos when the oldest open trace came, by the shared clock; 0 if none
 * @param slabBytes taken from the operating system
 * @param keptCoveredMillis how far back kept decisions are remembered
 * @param droppedCoveredMillis the same of dropped ones
 * @param rememberedDecisions of both kinds
 * @param replayableDecisions kept for a replay, each copy counted
 * @param held whether nothing may be decided early now (protocol O4)
 * @param overgrown whether a trace is over a cap while that is so
 */
record ShardStatus(
    long heldSpans,
    int openTraces,
    int waitingTraces,
    int tracesToSend,
    long oldestNanos,
    long slabBytes,
    int keptCoveredMillis,
    int droppedCoveredMillis,
    int rememberedDecisions,
    int replayableDecisions,
    boolean held,
    boolean overgrown) {
  static final ShardStatus NONE = new ShardStatus(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, false);

  static ShardStatus of(ShardParts shard, int nowMillis, long nowNanos) {
    ShardStore store = shard.store;
    DecisionCaches caches = shard.caches;
    boolean held = !shard.decider.mayDecideEarly();
    return new ShardStatus(
        shard.counts.held(),
        store.openCount(),
        shard.departures.waiting().size(),
        shard.handover.tracesToSend(),
        oldestNanos(store, nowMillis, nowNanos),
        store.slabBytes(),
        caches.kept.coveredMillis(nowMillis),
        caches.dropped.coveredMillis(nowMillis),
        caches.kept.size() + caches.dropped.size(),
        store.replayable.kept(),
        held,
        shard.places.overgrown(held));
  }

  private static long oldestNanos(ShardStore store, int nowMillis, long nowNanos) {
    if (store.open.isEmpty()) {
      return 0;
    }
    int ageMillis = nowMillis - store.traces.firstArrivalMillis(store.open.first());
    return nowNanos - ageMillis * 1_000_000L;
  }
}
