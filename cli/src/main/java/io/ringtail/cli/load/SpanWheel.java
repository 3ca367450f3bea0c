package io.ringtail.cli.load;

import java.util.Arrays;

/**
 * Spans that have begun, by the tick in which they end: a ring of lists of numbers, so that a span
 * costs one write and one read. Threads: one.
 */
final class SpanWheel {
  private static final int FIRST_ROOM = 16;

  private final long[][] slots;
  private final int[] counts;
  private final int mask;
  private long waiting;

  /**
   * @param ticks farthest ahead of the present tick that a span may end
   */
  SpanWheel(int ticks) {
    int size = Integer.highestOneBit(Math.max(1, ticks + 1)) << 1;
    slots = new long[size][0];
    counts = new int[size];
    mask = size - 1;
  }

  void add(long tick, long span) {
    int slot = (int) tick & mask;
    int count = counts[slot];
    if (count == slots[slot].length) {
      slots[slot] = Arrays.copyOf(slots[slot], Math.max(FIRST_ROOM, 2 * count));
    }
    slots[slot][count] = span;
    counts[slot] = count + 1;
    waiting++;
  }

  int count(long tick) {
    return counts[(int) tick & mask];
  }

  long get(long tick, int index) {
    return slots[(int) tick & mask][index];
  }

  /** Empties the list of a tick, for the tick a round later. */
  void clear(long tick) {
    int slot = (int) tick & mask;
    waiting -= counts[slot];
    counts[slot] = 0;
  }

  boolean isEmpty() {
    return waiting == 0;
  }
}
