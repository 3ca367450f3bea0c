package io.ringtail.sampler.buffer;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes one sampler may hold, shared by its shards. Intake reserves the worst case of a part
 * before it is acknowledged (protocol A2); the shard replaces the reservation by what the spans
 * really take.
 *
 * <p>Fresh spans are refused above {@value #FRESH_PERCENT} % so that transfers and replay always
 * find room (protocol O4). What a shard already owns may grow past every limit for a moment (an
 * index that doubles): that is counted, never refused. Threads: any.
 */
public final class ByteBudget {
  private static final int FRESH_PERCENT = 90;

  private final long capacity;
  private final long freshLimit;
  private final long highWater;
  private final AtomicLong used = new AtomicLong();
  private final AtomicLong stored = new AtomicLong();
  private final AtomicLong leaving = new AtomicLong();
  private final AtomicLong replayable = new AtomicLong();

  /**
   * @param capacity bytes in all
   * @param highWater share of the capacity, 0 to 1, above which the oldest traces are decided early
   */
  public ByteBudget(long capacity, double highWater) {
    this.capacity = capacity;
    this.freshLimit = capacity / 100 * FRESH_PERCENT;
    this.highWater = (long) (capacity * highWater);
  }

  /**
   * Reserves room for spans about to be accepted.
   *
   * @param fresh false for replay and transfers, which may use all of it
   * @return false if there is no room; nothing is reserved then
   */
  public boolean tryReserve(long bytes, boolean fresh) {
    long limit = fresh ? freshLimit : capacity;
    long now = used.get();
    while (now + bytes <= limit) {
      if (used.compareAndSet(now, now + bytes)) {
        return true;
      }
      now = used.get();
    }
    return false;
  }

  /** Gives back a reservation that was not used. */
  public void release(long bytes) {
    used.addAndGet(-bytes);
  }

  /**
   * A shard has read spans and knows what they take.
   *
   * @param reserved reservations that have been used up
   * @param storedDelta change of what the shard really holds
   */
  public void settle(long reserved, long storedDelta) {
    used.addAndGet(storedDelta - reserved);
    stored.addAndGet(storedDelta);
  }

  /** So many stored bytes more (or less) belong to traces that are decided and soon leave. */
  public void leaving(long delta) {
    leaving.addAndGet(delta);
  }

  /** So many stored bytes more (or less) are decisions a replay may ask for (protocol D4). */
  public void replayable(long delta) {
    replayable.addAndGet(delta);
  }

  /**
   * Whether the oldest traces are to be decided early: traces fill more than their share of what
   * replayable decisions leave. Those go when routers have trimmed their logs, and no sooner if
   * traces are decided before their time.
   *
   * @param unsettled change of what a shard holds that it has not told yet
   */
  public boolean isHigh(long unsettled) {
    long decisions = replayable.get();
    long traces = stored.get() - leaving.get() - decisions + unsettled;
    return traces > highWater * (1 - (double) decisions / capacity);
  }

  /** Reserved and stored bytes. */
  public long used() {
    return used.get();
  }

  /** Bytes really held by the shards. */
  public long stored() {
    return stored.get();
  }

  public long capacity() {
    return capacity;
  }

  /** Stored bytes above which the oldest traces are decided early. */
  public long highWater() {
    return highWater;
  }

  public long freshLimit() {
    return freshLimit;
  }
}
