package io.ringtail.metrics;

import com.codahale.metrics.Counter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * What should not happen where work goes on all the same. Each is counted, and said at most every
 * {@value #TELLING_SECONDS} s, as what is tried again a hundred times a second may fail as often.
 * Threads: any.
 */
public final class Mishaps {
  private static final int TELLING_SECONDS = 10;
  private static final long TELLING_NANOS = TimeUnit.SECONDS.toNanos(TELLING_SECONDS);
  private static final long NEVER = Long.MIN_VALUE;

  private final Counter count;
  private final Logger log;
  private final LongSupplier nanoTime;
  private final AtomicLong toldNanos = new AtomicLong(NEVER);

  public Mishaps(Counter count, Logger log, LongSupplier nanoTime) {
    this.count = count;
    this.log = log;
    this.nanoTime = nanoTime;
  }

  /**
   * Counts one that is a bug, or for want of memory; said with its trace.
   *
   * @param what failed: {@code event=… key=value}
   */
  public void happened(String what, Throwable e) {
    if (countAndAsk()) {
      log.error("{} count={}", what, count.getCount(), e);
    }
  }

  /**
   * Counts one whose cause is around this process, a network or a disk: said as a warning.
   *
   * @param what failed: {@code event=… key=value}
   */
  public void causedOutside(String what, Throwable e) {
    if (countAndAsk()) {
      log.warn("{} reason=\"{}\" count={}", what, e, count.getCount());
    }
  }

  /** Counts one; returns whether it is to be said. */
  private boolean countAndAsk() {
    count.inc();
    long now = nanoTime.getAsLong();
    long told = toldNanos.get();
    return (told == NEVER || now - told >= TELLING_NANOS) && toldNanos.compareAndSet(told, now);
  }

  /**
   * What is to be done again and again, though it may throw: a timer ends what does.
   *
   * @param what it says when it has: {@code event=… key=value}
   */
  public Runnable goingOn(String what, Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        happened(what, e);
      }
    };
  }
}
