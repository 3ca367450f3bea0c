package io.ringtail.sampler.handover;

import io.ringtail.link.Peer;
import io.ringtail.sampler.account.PolicyNames;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.cache.DecisionCache;
import io.ringtail.sampler.settle.DecisionBatch;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.RouterKeys;
import io.ringtail.sampler.settle.Seqs;
import io.ringtail.sampler.store.DecisionCaches;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.sampler.store.TraceState;
import io.ringtail.trace.TraceHash;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Walks, a piece at a time, over all a shard holds and puts what is another's into the shares of
 * its owners: decisions a replay may ask for, the decision caches, open traces, overdue ones. A
 * queued trace is marked by the number of the walk in the place of a policy, which it has none of.
 *
 * <p>Threads: the shard's.
 */
final class ForeignScan {
  private static final int DECISIONS_PER_NOTICE = DecisionBatch.CAPACITY;
  private static final int CACHE_ENTRIES_PER_STEP = 4;

  private final ShardStore store;
  private final DecisionCaches caches;
  private final PolicyNames policies;
  private final RouterKeys routers;
  private Phase phase = Phase.DONE;
  private SlotView view = SlotView.NONE;
  private List<Loss> losses = List.of();
  private int generation;
  private int at;
  private int nowMillis;
  private boolean decisions;
  private boolean traces;

  private enum Phase {
    REPLAYABLE,
    KEPT,
    DROPPED,
    OPEN,
    OVERDUE,
    DONE
  }

  /** Decisions of one batch that are told together. */
  private record Told(Share share, boolean settled) {}

  /** Whether a trace is on its way already. */
  interface Carried {
    boolean carried(int trace);
  }

  ForeignScan(ShardStore store, DecisionCaches caches, PolicyNames policies, RouterKeys routers) {
    this.store = store;
    this.caches = caches;
    this.policies = policies;
    this.routers = routers;
  }

  /**
   * Begins anew.
   *
   * @param nowLosses the oldest first; their shares are filled
   * @return the number of this walk
   */
  int begin(SlotView nowView, List<Loss> nowLosses) {
    view = nowView;
    losses = nowLosses;
    generation++;
    store.queuedMark = mark();
    store.queuedEnded = false;
    decisions = losses.stream().anyMatch(loss -> !loss.decisionsTaken);
    traces = losses.stream().anyMatch(loss -> !loss.own.isEmpty());
    enter(losses.isEmpty() ? Phase.DONE : decisions ? Phase.REPLAYABLE : Phase.OPEN);
    return generation;
  }

  private void enter(Phase next) {
    phase = next;
    at = 0;
    if (!traces && phase != Phase.REPLAYABLE && phase != Phase.DONE) {
      phase = Phase.DONE;
      return;
    }
    if (phase == Phase.OPEN) {
      store.open.startWalk();
    } else if (phase == Phase.OVERDUE) {
      store.overdue.startWalk();
    }
  }

  boolean isDone() {
    return phase == Phase.DONE;
  }

  /** Whether all decisions are in the shares. */
  boolean hasAllDecisions() {
    return phase.compareTo(Phase.OPEN) >= 0;
  }

  /** The mark of traces queued by this walk. */
  private int mark() {
    return -generation;
  }

  /** Whether a trace was queued by this walk and is still another's. */
  boolean isQueued(int trace) {
    return TraceState.isOpen(store.traces.state(trace))
        && store.traces.policy(trace) == mark()
        && !view.owns(slot(trace));
  }

  /** Looks at so many things; returns how many it has looked at. */
  int walk(int limit, Carried carried, int now) {
    nowMillis = now;
    int looked = 0;
    while (looked < limit && phase != Phase.DONE && !keepsOpen()) {
      looked += step(limit - looked, carried);
    }
    return looked;
  }

  /** Decisions go at once; what is open when routers have said that it is wanted (protocol L2). */
  private boolean keepsOpen() {
    return view.keepsOpen() && hasAllDecisions();
  }

  private int step(int limit, Carried carried) {
    return switch (phase) {
      case REPLAYABLE -> replayable();
      case KEPT -> cached(caches.kept, limit, Phase.DROPPED);
      case DROPPED -> cached(caches.dropped, limit, Phase.OPEN);
      case OPEN -> trace(store.open.nextInWalk(), carried, Phase.OVERDUE);
      case OVERDUE -> trace(store.overdue.nextInWalk(), carried, Phase.DONE);
      case DONE -> 0;
    };
  }

  private int replayable() {
    if (at >= store.replayable.numbers()) {
      enter(Phase.KEPT);
      return 1;
    }
    DecisionBatch batch = store.replayable.at(at++);
    if (batch == null || !batch.isClosed()) {
      return 1;
    }
    Map<Told, Notice> notices = new LinkedHashMap<>();
    for (int place = 0; place < batch.size(); place++) {
      if (!batch.isVoid(place) && !store.replayable.isSaidByAnother(batch, place)) {
        replayable(batch, place, notices);
      }
    }
    notices.forEach((told, notice) -> told.share.decisions.add(notice.encode(routers)));
    return 1 + batch.size() / CACHE_ENTRIES_PER_STEP;
  }

  private void replayable(DecisionBatch batch, int place, Map<Told, Notice> notices) {
    int slot = TraceHash.slot(batch.hi(place), batch.lo(place));
    Share share = share(slot, true);
    if (share != null) {
      Told told = new Told(share, batch.isSettled(place));
      notices
          .computeIfAbsent(told, t -> notice(batch, t))
          .add(
              store.contexts.header(batch.context(place)),
              batch.hi(place),
              batch.lo(place),
              policies.verdict(batch.policy(place)));
    }
  }

  private static Notice notice(DecisionBatch batch, Told told) {
    return batch.isLate()
        ? Notice.ofLate(batch.seqs())
        : new Notice(batch.seqs(), told.settled, false);
  }

  /** The share of the loss whose decisions are still to be told; null if there is none. */
  private @Nullable Share share(int slot, boolean replayable) {
    for (int i = 0; i < losses.size(); i++) {
      Loss loss = losses.get(i);
      if (!loss.decisionsTaken && (replayable ? loss.moved : loss.own).contains(slot)) {
        return shareOfOwner(loss, slot);
      }
    }
    return null;
  }

  private @Nullable Share shareOfOwner(Loss loss, int slot) {
    Peer owner = view.owner(slot);
    loss.ownerless |= owner == null;
    return owner == null ? null : loss.share(owner);
  }

  private int cached(DecisionCache cache, int limit, Phase next) {
    int looked = 0;
    for (; looked < limit * CACHE_ENTRIES_PER_STEP && at < cache.size(); looked++, at++) {
      Share share = share(TraceHash.slot(cache.idHi(at), cache.idLo(at)), false);
      if (share != null) {
        remembered(share, cache, at);
      }
    }
    if (at >= cache.size()) {
      if (next == Phase.OPEN) {
        flush();
      }
      enter(next);
    }
    return 1 + looked / CACHE_ENTRIES_PER_STEP;
  }

  private void remembered(Share share, DecisionCache cache, int entry) {
    Notice notice = share.remembered;
    if (notice == null) {
      notice = new Notice(Seqs.NONE, false, true);
      share.remembered = notice;
    }
    notice.add(
        store.contexts.header(cache.context(entry)),
        cache.idHi(entry),
        cache.idLo(entry),
        policies.verdict(cache.policy(entry)),
        cache.ageMillis(entry, nowMillis));
    if (notice.size() == DECISIONS_PER_NOTICE) {
      flush(share);
    }
  }

  private void flush() {
    losses.forEach(loss -> loss.shares.values().forEach(this::flush));
  }

  private void flush(Share share) {
    Notice notice = share.remembered;
    if (notice != null) {
      share.decisions.add(notice.encode(routers));
      share.remembered = null;
    }
  }

  private int trace(int trace, Carried carried, Phase next) {
    if (trace == TraceTable.NONE) {
      enter(next);
      return 1;
    }
    int slot = slot(trace);
    if (view.owns(slot) || store.traces.policy(trace) == mark() || carried.carried(trace)) {
      return 1;
    }
    Share share = shareOfOwner(lossOf(slot), slot);
    if (share != null) {
      store.traces.policy(trace, mark());
      share.traces.add(trace);
    }
    return 1;
  }

  /** The loss a slot went with; the newest, if it is in none. */
  private Loss lossOf(int slot) {
    for (int i = 0; i < losses.size(); i++) {
      if (losses.get(i).own.contains(slot)) {
        return losses.get(i);
      }
    }
    return losses.get(losses.size() - 1);
  }

  private int slot(int trace) {
    return TraceHash.slot(store.traces.traceIdHi(trace), store.traces.traceIdLo(trace));
  }
}
