package io.ringtail.sampler.handover;

import io.netty.buffer.ByteBuf;
import io.ringtail.link.Peer;
import io.ringtail.sampler.depart.Unanswered;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way to an owner, with what is to be forgotten here once it is acknowledged.
 * Threads: the shard's. Buffers: its bytes are kept until then, to be sent again as they are.
 */
public final class Parcel {
  private static final int FIRST_PATIENCE_MILLIS = 10_000;
  private static final int MOST_PATIENCE_MILLIS = 60_000;

  final Peer to;
  final Loss loss;

  /** Of the walk in which it was filled: an older one is not sent again, but filled anew. */
  final int generation;

  long id;
  @Nullable ByteBuf bytes;
  int size;
  int sentMillis;
  int patienceMillis = FIRST_PATIENCE_MILLIS;

  /** Traces that are whole in it. */
  int[] traces = new int[16];

  int traceCount;
  int spans;
  int decisions;
  final List<Unanswered.Export> exports = new ArrayList<>(0);

  /** What began in it or before and ends in it or behind it. */
  @Nullable Pieces pieces;

  /** A trace or an export larger than a batch. */
  static final class Pieces {
    final int trace;
    final Unanswered.@Nullable Export export;

    /** Parcels of it that are not acknowledged. */
    int left;

    /** One of them was given up: the whole goes again. */
    boolean lost;

    Pieces(int trace, Unanswered.@Nullable Export export) {
      this.trace = trace;
      this.export = export;
    }
  }

  Parcel(Peer to, Loss loss, int generation) {
    this.to = to;
    this.loss = loss;
    this.generation = generation;
  }

  /** Whether the answer is so late that it may never come. */
  boolean isOverdue(int nowMillis) {
    return nowMillis - sentMillis >= patienceMillis;
  }

  /** It may have been slow only: next time more patience is had. */
  void wasOverdue() {
    patienceMillis = Math.min(MOST_PATIENCE_MILLIS, 2 * patienceMillis);
  }

  /** The place of its piece among its entries: nothing is written behind one. */
  int piecesEntry() {
    return decisions + traceCount + exports.size();
  }

  void add(int trace) {
    if (traceCount == traces.length) {
      traces = Arrays.copyOf(traces, traceCount * 2);
    }
    traces[traceCount++] = trace;
  }
}
