package io.ringtail.sampler.gather;

import io.ringtail.sampler.settle.Notes;

/**
 * What the spans of a batch, or of a trace that is handed over, have in common while they are
 * taken. Threads: the shard's.
 */
public final class Arriving {
  int nowMillis;
  long nowNanos;
  int arrivalMillis;

  /** Of the notes of traces that begin. */
  int window;

  int routerKey;

  /** By which a replay of the batch would name it: that of its first acceptance. */
  long seq;

  /** Seq of the batch, if the notes of its spans' traces may be above it; else 0. */
  long olderSeq;

  /** Seq of the first acceptance, if it is a replay of spans accepted before; else 0. */
  long replayedSeq;

  /** Whether its spans come from another sampler: their deadlines come along. */
  boolean handedOver;

  void batch(ShardBatch batch, Notes notes, int millis, long nanos) {
    nowMillis = millis;
    nowNanos = nanos;
    arrivalMillis = millis - (int) Math.min(batch.ageMillis(), Integer.MAX_VALUE / 4);
    window = notes.window(millis);
    routerKey = batch.routerKey();
    olderSeq = notes.saw(routerKey, batch.seq()) ? 0 : batch.seq();
    replayedSeq = batch.replay() && batch.firstSeq() == 0 ? batch.seq() : batch.firstSeq();
    seq = replayedSeq != 0 ? replayedSeq : batch.seq();
    handedOver = false;
  }

  void handedOver(Notes notes, int millis, long nanos) {
    nowMillis = millis;
    nowNanos = nanos;
    arrivalMillis = millis;
    window = notes.window(millis);
    olderSeq = 0;
    replayedSeq = 0;
    handedOver = true;
  }

  /** What is handed over came first so long ago. */
  void aged(int ageMillis) {
    arrivalMillis = nowMillis - ageMillis;
  }
}
