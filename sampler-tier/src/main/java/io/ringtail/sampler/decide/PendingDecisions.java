package io.ringtail.sampler.decide;

import io.ringtail.link.Peer;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.settle.DecisionBatch;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A batch of decisions that have no effect yet, and the traces they are on. Threads: the shard's.
 */
final class PendingDecisions {
  private static final int NONE = TraceTable.NONE;

  private final DecisionBatch batch;
  private final @Nullable Peer heir;
  private int[] traces = new int[8];
  private int[] bytes = new int[8];

  /** Places of decisions that spans have come to since. */
  private final BitSet followed = new BitSet();

  private long noticeId;
  private int closedMillis;
  private boolean taken;
  private boolean stopped;

  /**
   * @param heir whom they are told; null if nobody
   */
  PendingDecisions(DecisionBatch batch, @Nullable Peer heir) {
    this.batch = batch;
    this.heir = heir;
  }

  DecisionBatch batch() {
    return batch;
  }

  @Nullable Peer heir() {
    return heir;
  }

  void add(int place, int trace, int traceBytes) {
    if (place == traces.length) {
      traces = Arrays.copyOf(traces, place * 2);
      bytes = Arrays.copyOf(bytes, place * 2);
    }
    traces[place] = trace;
    bytes[place] = traceBytes;
  }

  /** Where the decision on a trace stands; negative if not here. */
  int placeOf(int trace) {
    for (int place = 0; place < batch.size(); place++) {
      if (traces[place] == trace) {
        return place;
      }
    }
    return NONE;
  }

  /** Takes a trace out; {@link TraceTable#NONE} if it was before. */
  int take(int place) {
    int trace = traces[place];
    traces[place] = NONE;
    return trace;
  }

  /** What was counted for a trace. */
  int bytes(int place) {
    return bytes[place];
  }

  /** A span has come to the trace of that place since it was decided. */
  void followed(int place) {
    followed.set(place);
  }

  boolean isFollowed(int place) {
    return followed.get(place);
  }

  /** It was sent to the heir. */
  void sent(long id, int nowMillis) {
    noticeId = id;
    closedMillis = nowMillis;
  }

  long noticeId() {
    return noticeId;
  }

  /** The heir has stored it. */
  void taken() {
    taken = true;
  }

  boolean isTaken() {
    return taken;
  }

  /** The heir knows of an epoch in which a slot of it is another's: no waiting makes it good. */
  void stop() {
    stopped = true;
  }

  /** Whether the heir has not answered in time. */
  boolean isLate(int nowMillis, int afterMillis) {
    return !stopped && nowMillis - closedMillis >= afterMillis;
  }
}
