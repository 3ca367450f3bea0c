package io.ringtail.admin.call;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Runs something after a time in which this process ran: who has stood still while answers came
 * must not take their senders for silent. It looks at the clock {@value #STEPS} times; a step that
 * took over twice its time was such a pause and does not count, {@value #MOST_PAUSES} times, as a
 * process that is only slow must come to an end. Threads: any.
 */
public final class AwakeTimer {
  static final int STEPS = 10;
  static final int MOST_PAUSES = 2;

  private final ScheduledExecutorService timer;
  private final LongSupplier nanoTime;

  /**
   * @param nanoTime of the clock that {@code timer} goes by
   */
  public AwakeTimer(ScheduledExecutorService timer, LongSupplier nanoTime) {
    this.timer = timer;
    this.nanoTime = nanoTime;
  }

  /**
   * @param what run once, on the timer's thread, unless cancelled; never if the timer is shut down
   */
  Countdown after(Duration time, Runnable what) {
    Countdown countdown = new Countdown(time.toNanos(), what);
    countdown.next();
    return countdown;
  }

  /** Something that is to run. Threads: the timer's, one after the other; cancelled on any. */
  final class Countdown {
    private final Runnable what;
    private final long stepNanos;
    private long leftNanos;
    private long lastNanos = nanoTime.getAsLong();
    private int pauses;
    private volatile boolean cancelled;

    private Countdown(long nanos, Runnable what) {
      this.what = what;
      leftNanos = nanos;
      stepNanos = Math.max(TimeUnit.MILLISECONDS.toNanos(1), nanos / STEPS);
    }

    void cancel() {
      cancelled = true;
    }

    private void next() {
      var unused = timer.schedule(this::look, Math.min(stepNanos, leftNanos), TimeUnit.NANOSECONDS);
    }

    private void look() {
      if (cancelled) {
        return;
      }
      long now = nanoTime.getAsLong();
      long passed = now - lastNanos;
      lastNanos = now;
      if (passed > 2 * stepNanos && pauses < MOST_PAUSES) {
        pauses++;
      } else {
        leftNanos -= passed;
      }
      if (leftNanos > 0) {
        next();
      } else {
        what.run();
      }
    }
  }
}
