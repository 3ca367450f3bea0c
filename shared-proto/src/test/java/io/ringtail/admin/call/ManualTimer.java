package io.ringtail.admin.call;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Time that passes when the test says so. */
public final class ManualTimer extends ScheduledThreadPoolExecutor {
  private record Task(Runnable what, long dueNanos) {}

  private final List<Task> scheduled = new ArrayList<>();
  private long nowNanos;

  public ManualTimer() {
    super(0);
  }

  /** Deadlines by this time. */
  public AwakeTimer awake() {
    return new AwakeTimer(this, () -> nowNanos);
  }

  @Override
  public synchronized ScheduledFuture<?> schedule(Runnable what, long delay, TimeUnit unit) {
    scheduled.add(new Task(what, nowNanos + unit.toNanos(delay)));
    return super.schedule(() -> {}, 1, TimeUnit.DAYS);
  }

  /** Until nothing is scheduled any more. */
  public void pass() {
    for (Optional<Task> next = first(); next.isPresent(); next = first()) {
      nowNanos = Math.max(nowNanos, next.get().dueNanos());
      run(next.get());
    }
  }

  /** So much passes, in which all that is due runs in time. */
  public void passMillis(long millis) {
    long endNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(millis);
    for (Optional<Task> next = first();
        next.isPresent() && next.get().dueNanos() <= endNanos;
        next = first()) {
      nowNanos = Math.max(nowNanos, next.get().dueNanos());
      run(next.get());
    }
    nowNanos = endNanos;
  }

  /** So much passes while the process stands still; then what was due meanwhile runs. */
  public void standStillMillis(long millis) {
    nowNanos += TimeUnit.MILLISECONDS.toNanos(millis);
    passMillis(0);
  }

  private synchronized Optional<Task> first() {
    return scheduled.stream().min(Comparator.comparingLong(Task::dueNanos));
  }

  private void run(Task task) {
    synchronized (this) {
      scheduled.remove(task);
    }
    task.what().run();
  }
}
