package io.ringtail.sampler.intake;

import io.ringtail.ring.SlotSet;
import io.ringtail.trace.TraceHash;
import java.util.concurrent.atomic.AtomicLongArray;

/** Slots of the replayed parts that were taken since they were last asked for. Threads: any. */
final class ReplayedSlots {
  private final AtomicLongArray words = new AtomicLongArray(TraceHash.SLOTS / Long.SIZE);
  private volatile boolean any;

  void add(int[] slots, int count) {
    for (int i = 0; i < count; i++) {
      long bit = 1L << slots[i];
      words.accumulateAndGet(slots[i] / Long.SIZE, bit, (before, more) -> before | more);
    }
    any = true;
  }

  /** All of them, which are forgotten. */
  SlotSet take() {
    if (!any) {
      return SlotSet.NONE;
    }
    any = false;
    long[] taken = new long[words.length()];
    for (int i = 0; i < taken.length; i++) {
      taken[i] = words.getAndSet(i, 0);
    }
    return SlotSet.ofBits(taken);
  }
}
