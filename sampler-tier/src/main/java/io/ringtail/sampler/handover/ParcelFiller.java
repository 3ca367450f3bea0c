package io.ringtail.sampler.handover;

import io.netty.buffer.ByteBuf;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.depart.Unanswered;
import io.ringtail.sampler.store.ShardStore;
import org.jspecify.annotations.Nullable;

/**
 * Fills parcels of some 256 KiB from a share: decisions first, then open traces, then kept ones
 * that wait, then unanswered exports. Threads: the shard's.
 */
final class ParcelFiller {
  private static final int SHARD_BITS = 8;

  private final int shard;
  private final ShardStore store;
  private final Unanswered unanswered;
  private final ForeignScan scan;
  private final ParcelWriter writer;
  private final Cargo cargo;
  private int generation;
  private long sequence;

  ParcelFiller(
      int shard,
      ShardStore store,
      Unanswered unanswered,
      ForeignScan scan,
      ParcelWriter writer,
      Cargo cargo) {
    this.shard = shard;
    this.store = store;
    this.unanswered = unanswered;
    this.scan = scan;
    this.writer = writer;
    this.cargo = cargo;
  }

  /** The shard that filled the parcel of this id. */
  static int shardOf(long parcelId) {
    return (int) (parcelId & ((1 << SHARD_BITS) - 1));
  }

  /** The walk parcels are filled by from here on. */
  void generation(int now) {
    generation = now;
  }

  /** Makes a parcel, or as many as the last trace in it needs. */
  void fill(Loss loss, Share share, Outgoing to, int nowMillis) {
    Filling filling = new Filling(loss, to);
    while (!share.decisions.isEmpty() && !writer.isFull()) {
      ByteBuf decisions = share.decisions.removeFirst();
      writer.decisions(decisions);
      decisions.release();
      filling.parcel.decisions++;
    }
    while (!share.traces.isEmpty() && filling.goesOn()) {
      int trace = share.traces.peek();
      if (scan.isQueued(trace)) {
        if (wouldBeFull(trace)) {
          break;
        }
        filling.trace(trace, Departures.NO_POLICY, nowMillis);
      }
      share.traces.take();
    }
    while (!share.waiting.isEmpty() && filling.goesOn() && !wouldBeFull(share.waiting.peek())) {
      int trace = share.waiting.take();
      filling.trace(trace, store.traces.policy(trace), nowMillis);
    }
    while (!share.exports.isEmpty() && filling.goesOn()) {
      Unanswered.Export export = share.exports.getFirst();
      if (unanswered.contains(export)) {
        if (writer.wouldBeFull(
            export.trace().resourceSpans().readableBytes(), export.trace().spanCount())) {
          break;
        }
        filling.export(export);
      } else {
        cargo.remove(export);
      }
      share.exports.removeFirst();
    }
    filling.close();
  }

  private boolean wouldBeFull(int trace) {
    return writer.wouldBeFull(store.traces.spanBytes(trace), store.traces.spanCount(trace));
  }

  /** A parcel being filled, and those before it that hold pieces of the same trace. */
  private final class Filling {
    private final Loss loss;
    private final Outgoing to;
    private Parcel parcel;
    private Parcel.@Nullable Pieces pieces;

    Filling(Loss loss, Outgoing to) {
      this.loss = loss;
      this.to = to;
      this.parcel = new Parcel(to.peer, loss, generation);
    }

    /** Nothing is added behind a piece. */
    boolean goesOn() {
      return pieces == null && !writer.isFull();
    }

    void trace(int trace, int policy, int nowMillis) {
      writer.trace(trace, policy, nowMillis, () -> cut(trace, null));
      if (pieces == null) {
        parcel.add(trace);
        parcel.spans += store.traces.spanCount(trace);
        cargo.load(trace, parcel);
      } else {
        cargo.load(trace, pieces);
      }
    }

    void export(Unanswered.Export export) {
      writer.export(export, () -> cut(TraceTable.NONE, export));
      if (pieces == null) {
        parcel.exports.add(export);
        cargo.load(export, parcel);
      } else {
        cargo.load(export, pieces);
      }
    }

    private void cut(int trace, Unanswered.@Nullable Export export) {
      if (pieces == null) {
        pieces = new Parcel.Pieces(trace, export);
      }
      finish();
      parcel = new Parcel(to.peer, loss, generation);
    }

    private void finish() {
      if (pieces != null) {
        parcel.pieces = pieces;
        pieces.left++;
      }
      parcel.id = ++sequence << SHARD_BITS | shard;
      parcel.bytes = writer.take();
      parcel.size = parcel.bytes.readableBytes();
      loss.batches++;
      loss.decisionBatches += parcel.decisions > 0 ? 1 : 0;
      to.unsent.add(parcel);
    }

    void close() {
      if (!writer.isEmpty()) {
        finish();
      }
    }
  }
}
