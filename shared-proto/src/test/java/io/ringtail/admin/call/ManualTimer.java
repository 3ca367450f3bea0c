package io.ringtail.admin.call;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Deadlines that pass when the test says so. */
public final class ManualTimer extends ScheduledThreadPoolExecutor {
  private final List<Runnable> scheduled = new ArrayList<>();
  private final List<Long> delaysMillis = new ArrayList<>();

  public ManualTimer() {
    super(0);
  }

  @Override
  public synchronized ScheduledFuture<?> schedule(Runnable what, long delay, TimeUnit unit) {
    scheduled.add(what);
    delaysMillis.add(unit.toMillis(delay));
    return super.schedule(() -> {}, 1, TimeUnit.DAYS);
  }

  /** All that is scheduled is due. */
  public void pass() {
    List<Runnable> due;
    synchronized (this) {
      due = List.copyOf(scheduled);
      scheduled.clear();
    }
    due.forEach(Runnable::run);
  }

  public synchronized List<Long> delaysMillis() {
    return List.copyOf(delaysMillis);
  }
}
