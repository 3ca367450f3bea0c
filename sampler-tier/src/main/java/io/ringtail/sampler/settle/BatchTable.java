package io.ringtail.sampler.settle;

import io.ringtail.link.Peer;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Batches of decisions by number; the lowest that is free is given to the next. Threads: one. */
final class BatchTable {
  private @Nullable DecisionBatch[] batches = new @Nullable DecisionBatch[64];
  private final BitSet numbers = new BitSet();

  DecisionBatch create(boolean own, @Nullable Peer from, long noticeId) {
    int number = numbers.nextClearBit(0);
    if (number == batches.length) {
      batches = Arrays.copyOf(batches, number * 2);
    }
    DecisionBatch batch = new DecisionBatch(number, own, from, noticeId);
    batches[number] = batch;
    numbers.set(number); // not before: there may be no memory
    return batch;
  }

  void remove(int number) {
    batches[number] = null;
    numbers.clear(number);
  }

  /** The batch of that number, which has not been removed. */
  DecisionBatch get(int number) {
    DecisionBatch batch = batches[number];
    if (batch == null) {
      throw new AssertionError("batch " + number + " is not kept");
    }
    return batch;
  }

  /** Null if there is no batch of that number now. */
  @Nullable DecisionBatch at(int number) {
    return number < batches.length ? batches[number] : null;
  }

  /** All have numbers below this. */
  int numbers() {
    return numbers.length();
  }
}
