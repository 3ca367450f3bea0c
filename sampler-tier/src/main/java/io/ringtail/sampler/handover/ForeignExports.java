package io.ringtail.sampler.handover;

import io.ringtail.link.Peer;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.depart.Unanswered;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.trace.TraceHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Exports of slots that are another's: what the export queue here has not answered, or had no room
 * for, for a while goes to the owner. Threads: the shard's.
 */
final class ForeignExports {
  /** An export that is answered meanwhile is not sent twice to the backend. */
  private static final int PATIENCE_MILLIS = 1000;

  private final ShardStore store;
  private final Departures departures;
  private final Unanswered unanswered;
  private final Cargo cargo;
  private final SentBack sentBack;

  ForeignExports(
      ShardStore store,
      Departures departures,
      Unanswered unanswered,
      Cargo cargo,
      SentBack sentBack) {
    this.store = store;
    this.departures = departures;
    this.unanswered = unanswered;
    this.cargo = cargo;
    this.sentBack = sentBack;
  }

  /**
   * Looks for exports of slots that went long enough ago, and for kept traces the export queue has
   * had no room for.
   */
  void queue(List<Loss> losses, SlotView view, int nowMillis) {
    for (Loss loss : losses) {
      loss.exports = 0;
    }
    for (Unanswered.Export export : unanswered.all()) {
      int slot = slot(export);
      Share share = share(losses, view, slot, nowMillis);
      if (share != null && !cargo.carries(export) && !sentBack.isGivenUp(export)) {
        share.exports.add(export);
        cargo.load(export, share);
      }
    }
    int next;
    for (int trace = departures.waiting().first(); trace != TraceTable.NONE; trace = next) {
      next = departures.waiting().next(trace);
      Share share = share(losses, view, slot(trace), nowMillis);
      if (share != null && !sentBack.isGivenUp(trace)) {
        departures.leave(trace);
        share.waiting.add(trace);
      }
    }
  }

  /** Counts what is another's; returns its share, once it is time. */
  private @Nullable Share share(List<Loss> losses, SlotView view, int slot, int nowMillis) {
    if (view.owns(slot)) {
      return null;
    }
    Peer owner = view.owner(slot);
    for (Loss loss : losses) {
      if (loss.own.contains(slot)) {
        loss.exports++;
        boolean due = nowMillis - loss.sinceMillis >= PATIENCE_MILLIS;
        return owner != null && due ? loss.share(owner) : null;
      }
    }
    return null;
  }

  private int slot(int trace) {
    return TraceHash.slot(store.traces.traceIdHi(trace), store.traces.traceIdLo(trace));
  }

  private static int slot(Unanswered.Export export) {
    return TraceHash.slot(export.trace().traceIdHi(), export.trace().traceIdLo());
  }
}
