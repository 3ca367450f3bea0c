package io.ringtail.sampler.handoff;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A thread that a test drives: runs what was given when told, what is delayed when told so. */
final class Steps extends AbstractExecutorService implements ScheduledExecutorService {
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final Queue<Runnable> delayed = new ArrayDeque<>();

  /** Runs what is there, and what comes of it. */
  void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  void runOne() {
    tasks.remove().run();
  }

  /** The delays of what was scheduled are over. */
  void runDelayed() {
    for (int left = delayed.size(); left > 0; left--) {
      delayed.remove().run();
    }
  }

  @Override
  public void execute(Runnable command) {
    tasks.add(command);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return schedule(Executors.callable(command), delay, unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    Later<V> later = new Later<>(callable);
    delayed.add(later);
    return later;
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return scheduleWithFixedDelay(command, initialDelay, period, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    Later<Object> handle = new Later<>(Executors.callable(() -> {}));
    delayed.add(() -> repeat(command, handle));
    return handle;
  }

  private void repeat(Runnable command, Later<Object> handle) {
    if (!handle.isCancelled()) {
      command.run();
      delayed.add(() -> repeat(command, handle));
    }
  }

  @Override
  public void shutdown() {}

  @Override
  public List<Runnable> shutdownNow() {
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }

  private static final class Later<V> extends FutureTask<V> implements ScheduledFuture<V> {
    Later(Callable<V> what) {
      super(what);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return 0;
    }

    @Override
    public int compareTo(Delayed o) {
      return 0;
    }
  }
}
