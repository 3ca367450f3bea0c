package io.ringtail.sampler.store;

import io.ringtail.sampler.buffer.TraceTable;
import java.util.Arrays;

/**
 * Deadlines of open traces: a hashed wheel of {@value #SLOTS} slots of {@value #TICK_MILLIS} ms,
 * linked through the traces themselves. A deadline further away than one turn (65 s) is passed over
 * once a turn. A trace expires at most one tick after its deadline. Threads: one.
 */
public final class TimerWheel {
  public static final int TICK_MILLIS = 8;
  private static final int TICK_SHIFT = 3;
  private static final int SLOTS = 8192;
  private static final int MASK = SLOTS - 1;
  private static final int NONE = TraceTable.NONE;

  /** Told of each trace whose deadline has passed; the wheel has forgotten it. */
  public interface Expiry {
    void expired(int trace);
  }

  private final TraceTable traces;
  private final int[] heads = new int[SLOTS];
  private int cursor;
  private int size;

  TimerWheel(TraceTable traces, int nowMillis) {
    this.traces = traces;
    this.cursor = nowMillis >> TICK_SHIFT;
    Arrays.fill(heads, NONE);
  }

  public void schedule(int trace, int deadlineMillis) {
    traces.deadlineMillis(trace, deadlineMillis);
    int tick = (deadlineMillis + TICK_MILLIS - 1) >> TICK_SHIFT;
    int slot = (ticksFrom(tick) < 0 ? cursor : tick) & MASK;
    int head = heads[slot];
    traces.timerNext(trace, head);
    traces.timerPrevious(trace, headMark(slot));
    if (head != NONE) {
      traces.timerPrevious(head, trace);
    }
    heads[slot] = trace;
    size++;
  }

  /** The first of a slot has the slot in the place of the one before it. */
  private static int headMark(int slot) {
    return NONE - 1 - slot;
  }

  public void remove(int trace) {
    int next = traces.timerNext(trace);
    int previous = traces.timerPrevious(trace);
    if (previous < NONE) {
      heads[NONE - 1 - previous] = next;
    } else {
      traces.timerNext(previous, next);
    }
    if (next != NONE) {
      traces.timerPrevious(next, previous);
    }
    size--;
  }

  /**
   * Expires what is due.
   *
   * @param limit most traces to expire; the rest is due at the next call
   * @return how many
   */
  public int advance(int nowMillis, int limit, Expiry expiry) {
    int nowTick = nowMillis >> TICK_SHIFT;
    if (ticksFrom(nowTick) >= SLOTS) {
      cursor = nowTick - SLOTS + 1;
    }
    int expired = 0;
    while (ticksFrom(nowTick) >= 0) {
      expired += expireSlot(nowMillis, limit - expired, expiry);
      if (expired >= limit) {
        return expired;
      }
      cursor++;
    }
    return expired;
  }

  /** From the cursor to a tick; ticks wrap at 29 bits as milliseconds do at 32 (25 days). */
  private int ticksFrom(int tick) {
    return (tick - cursor) << TICK_SHIFT >> TICK_SHIFT;
  }

  private int expireSlot(int nowMillis, int limit, Expiry expiry) {
    int expired = 0;
    int trace = heads[cursor & MASK];
    while (trace != NONE && expired < limit) {
      int next = traces.timerNext(trace);
      if (traces.deadlineMillis(trace) - nowMillis <= 0) {
        remove(trace);
        expiry.expired(trace);
        expired++;
      }
      trace = next;
    }
    return expired;
  }

  int size() {
    return size;
  }
}
