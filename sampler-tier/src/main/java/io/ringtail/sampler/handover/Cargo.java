package io.ringtail.sampler.handover;

import io.netty.util.collection.IntObjectMap;
import io.ringtail.sampler.account.HandoverMetrics;
import io.ringtail.sampler.account.ShardCounts;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.depart.Unanswered;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.sampler.store.TraceState;
import io.ringtail.trace.TraceHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/**
 * Traces and exports that are in parcels, each with what carries it: a {@link Parcel}, or {@link
 * Parcel.Pieces} if it is larger than one; or the {@link Share} an export waits in. They stay where
 * they are until the owner has acknowledged the parcel. A trace whose slot comes back in the
 * meantime is no longer its cargo, so the acknowledgement does not delete it (protocol H2).
 * Threads: the shard's.
 */
final class Cargo {
  private final ShardStore store;
  private final Departures departures;
  private final ShardCounts counts;
  private final HandoverMetrics metrics;
  private final boolean keepsRegained;
  private final Map<Unanswered.Export, Object> exports = new HashMap<>();
  private SlotView view = SlotView.NONE;
  private long tracesOut;

  /**
   * @param keepsRegained whether H2 is in force
   */
  Cargo(
      ShardStore store,
      Departures departures,
      ShardCounts counts,
      HandoverMetrics metrics,
      boolean keepsRegained) {
    this.store = store;
    this.departures = departures;
    this.counts = counts;
    this.metrics = metrics;
    this.keepsRegained = keepsRegained;
  }

  boolean carries(int trace) {
    return store.carried.containsKey(trace);
  }

  boolean carries(Unanswered.Export export) {
    return exports.containsKey(export);
  }

  /** Whether a trace still counts on what carried it. */
  boolean isOn(int trace, Object carrier) {
    return store.carried.get(trace) == carrier;
  }

  void load(int trace, Object carrier) {
    store.carried.put(trace, carrier);
  }

  void load(Unanswered.Export export, Object carrier) {
    exports.put(export, carrier);
  }

  /** It was answered before it was sent. */
  void remove(Unanswered.Export export) {
    exports.remove(export);
  }

  /** Exports that are in no parcel yet go into other shares. */
  void emptyShares() {
    exports.values().removeIf(Share.class::isInstance);
  }

  /** What is on its way of slots that are this shard's again stays (H2). */
  void slots(SlotView next) {
    view = next;
    List<Integer> back = new ArrayList<>();
    for (IntObjectMap.PrimitiveEntry<Object> entry : store.carried.entries()) {
      boolean open = TraceState.isOpen(store.traces.state(entry.key()));
      if (view.owns(slot(entry.key())) && (keepsRegained || !open)) {
        back.add(entry.key());
      }
    }
    for (int trace : back) {
      store.carried.remove(trace);
      if (!TraceState.isOpen(store.traces.state(trace))) {
        departures.putBack(trace);
      }
    }
    exports.keySet().removeIf(export -> view.owns(slot(export)));
  }

  /**
   * What is in a parcel is in none any more.
   *
   * @param taken whether the owner has an entry, by its place: then it is forgotten here, but for
   *     what is this shard's again (H2)
   */
  void unload(Parcel parcel, IntPredicate taken) {
    int entry = parcel.decisions;
    for (int i = 0; i < parcel.traceCount; i++) {
      unloadTrace(parcel.traces[i], parcel, taken.test(entry++));
    }
    for (Unanswered.Export export : parcel.exports) {
      unloadExport(export, parcel, taken.test(entry++));
    }
    Parcel.Pieces pieces = parcel.pieces;
    if (pieces == null) {
      return;
    }
    pieces.left--;
    pieces.lost |= !taken.test(parcel.piecesEntry());
    if (pieces.left == 0 || pieces.lost) {
      Unanswered.Export export = pieces.export;
      if (export == null) {
        unloadTrace(pieces.trace, pieces, !pieces.lost);
      } else {
        unloadExport(export, pieces, !pieces.lost);
      }
    }
  }

  private void unloadTrace(int trace, Object carrier, boolean taken) {
    if (store.carried.get(trace) != carrier) {
      return;
    }
    store.carried.remove(trace);
    boolean open = TraceState.isOpen(store.traces.state(trace));
    if (!keepsRegained && !open && view.owns(slot(trace))) {
      return; // decided since it is this shard's again
    }
    if (taken) {
      handedOut(trace, open);
    } else if (open) {
      store.traces.policy(trace, 0);
    } else {
      departures.putBack(trace);
    }
  }

  private void handedOut(int trace, boolean open) {
    if (open) {
      store.traces.policy(trace, 0);
      store.takeOpen(trace);
      metrics.tracesOut.inc();
      tracesOut++;
    } else {
      departures.handedOff(trace);
      metrics.exportsOut.inc();
    }
    counts.handedOut(store.traces.spanCount(trace));
    store.notes.release(store.traces.window(trace));
    store.free(trace);
  }

  private void unloadExport(Unanswered.Export export, Object carrier, boolean taken) {
    if (exports.get(export) != carrier) {
      return;
    }
    exports.remove(export);
    if (taken && departures.handedOff(export)) {
      metrics.exportsOut.inc();
    }
  }

  /** Open traces acknowledged since the last call. */
  long takeTracesOut() {
    long out = tracesOut;
    tracesOut = 0;
    return out;
  }

  void clear() {
    store.carried.clear();
    exports.clear();
  }

  private int slot(int trace) {
    return TraceHash.slot(store.traces.traceIdHi(trace), store.traces.traceIdLo(trace));
  }

  private static int slot(Unanswered.Export export) {
    return TraceHash.slot(export.trace().traceIdHi(), export.trace().traceIdLo());
  }
}
