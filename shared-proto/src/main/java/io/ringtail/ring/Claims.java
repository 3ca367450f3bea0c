package io.ringtail.ring;

import io.ringtail.trace.TraceHash;
import java.util.Arrays;

/**
 * Slots as a member ranks them: a heap with the worst on top. A claim is one long, {@code cost <<
 * 18 | slot}: lower is preferred. Threads: one.
 */
final class Claims {
  private long[] heap;
  private int size;

  Claims(int capacity) {
    heap = new long[capacity];
  }

  /** The claim of a slot on the member it prefers so. */
  static long of(long preference, int slot) {
    return Preferences.cost(preference) << TraceHash.SLOT_BITS | slot;
  }

  static int slot(long claim) {
    return (int) claim & (TraceHash.SLOTS - 1);
  }

  /** The preference of the claiming slot for the member. */
  static long preference(long claim, int member) {
    return Preferences.of(claim >>> TraceHash.SLOT_BITS, member);
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  /** The worst claim, −1 if there is none. */
  long worst() {
    return size == 0 ? -1 : heap[0];
  }

  long at(int i) {
    return heap[i];
  }

  void add(long claim) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, Math.max(16, 2 * size));
    }
    int i = size++;
    for (; i > 0 && heap[(i - 1) >> 1] < claim; i = (i - 1) >> 1) {
      heap[i] = heap[(i - 1) >> 1];
    }
    heap[i] = claim;
  }

  void removeWorst() {
    long last = heap[--size];
    if (size > 0) {
      replaceWorst(last);
    }
  }

  void replaceWorst(long claim) {
    int i = 0;
    for (int child = 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && heap[child + 1] > heap[child]) {
        child++;
      }
      if (heap[child] <= claim) {
        break;
      }
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = claim;
  }
}
