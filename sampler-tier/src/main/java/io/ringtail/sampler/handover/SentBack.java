package io.ringtail.sampler.handover;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.account.HandoverMetrics;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.depart.Unanswered;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.TraceState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What owners have sent back as they could not read or merge it: tried again, then given up (see
 * {@link Misfits}). Threads: the shard's.
 */
final class SentBack {
  private static final Logger log = LoggerFactory.getLogger(SentBack.class);

  private final ShardStore store;
  private final Departures departures;
  private final Cargo cargo;
  private final HandoverMetrics metrics;
  private final Misfits misfits = new Misfits();
  private EpochOrder epoch = EpochOrder.NONE;
  private boolean gaveUpBefore;

  SentBack(ShardStore store, Departures departures, Cargo cargo, HandoverMetrics metrics) {
    this.store = store;
    this.departures = departures;
    this.cargo = cargo;
    this.metrics = metrics;
  }

  /** Others own the slots now. */
  void slots(EpochOrder now) {
    epoch = now;
    misfits.clear();
  }

  boolean isGivenUp(int trace) {
    return misfits.isGivenUp(key(trace));
  }

  boolean isGivenUp(Unanswered.Export export) {
    return misfits.isGivenUp(export);
  }

  /** Traces of which an entry was not taken and that still count on this parcel. */
  List<Integer> traces(Parcel parcel, IntPredicate taken) {
    List<Integer> traces = new ArrayList<>();
    for (int i = 0; i < parcel.traceCount; i++) {
      if (!taken.test(parcel.decisions + i) && cargo.isOn(parcel.traces[i], parcel)) {
        traces.add(parcel.traces[i]);
      }
    }
    Parcel.Pieces pieces = parcel.pieces;
    if (pieces != null && !taken.test(parcel.piecesEntry()) && cargo.isOn(pieces.trace, pieces)) {
      traces.add(pieces.trace);
    }
    return traces;
  }

  /**
   * No owner could take it so far. Kept traces, once given up, are left to the export queue here;
   * an open one that nobody will ever decide goes.
   */
  void trace(int trace, Parcel parcel, int nowMillis) {
    Misfits.Trace key = key(trace);
    if (misfits.again(key, nowMillis) || !TraceState.isOpen(store.traces.state(trace))) {
      return;
    }
    gaveUp(
        String.format("%016x%016x", key.hi(), key.lo()),
        parcel,
        "spans=" + store.traces.spanCount(trace));
    store.takeOpen(trace);
    departures.drop(trace, DropReason.UNFIT);
  }

  private void gaveUp(String what, Parcel parcel, String size) {
    if (!gaveUpBefore) {
      gaveUpBefore = true;
      log.error(
          "event=handoff-given-up what={} {} owner={} epoch={}: it cannot read or merge it; further"
              + " ones are only counted",
          what,
          size,
          parcel.to,
          epoch);
    }
  }

  private Misfits.Trace key(int trace) {
    return new Misfits.Trace(
        store.traces.context(trace), store.traces.traceIdHi(trace), store.traces.traceIdLo(trace));
  }

  /** Exports of a parcel that is unloaded; once given up they are left to the queue here. */
  void exports(Parcel parcel, IntPredicate taken, int nowMillis) {
    for (int i = 0; i < parcel.exports.size(); i++) {
      if (!taken.test(parcel.decisions + parcel.traceCount + i)) {
        var unused = misfits.again(parcel.exports.get(i), nowMillis);
      }
    }
  }

  /**
   * Decisions of a parcel.
   *
   * @return whether they are to be sent again
   */
  boolean decisions(Parcel parcel, int nowMillis) {
    if (misfits.again(parcel.loss, nowMillis)) {
      return true;
    }
    metrics.decisionsGivenUp.inc();
    gaveUp("decisions", parcel, "decisions=" + parcel.decisions);
    return false;
  }
}
