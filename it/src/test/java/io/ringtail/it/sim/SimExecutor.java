package io.ringtail.it.sim;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A thread of a host: tasks in turn, each taking up to {@code lag}. */
public final class SimExecutor extends AbstractExecutorService implements ScheduledExecutorService {
  private final Host host;
  private final long lagNanos;
  private long lastAt;
  private boolean shutdown;

  public SimExecutor(Host host, long lagNanos) {
    this.host = host;
    this.lagNanos = lagNanos;
  }

  @Override
  public void execute(Runnable command) {
    World world = host.world();
    lastAt = Math.max(lastAt, world.now()) + world.below(lagNanos);
    host.after(lastAt - world.now(), command);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return schedule(Executors.callable(command), delay, unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    Task<V> task = new Task<>(callable);
    host.after(unit.toNanos(delay), task);
    return task;
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return scheduleWithFixedDelay(command, initialDelay, period, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    Task<Object> handle = new Task<>(Executors.callable(() -> {}));
    long nanos = host.sleep(unit.toNanos(delay));
    host.after(
        unit.toNanos(initialDelay) + host.world().below(nanos),
        () -> repeat(command, nanos, handle));
    return handle;
  }

  private void repeat(Runnable command, long nanos, Task<?> handle) {
    if (!handle.isCancelled() && !shutdown) {
      command.run();
      host.after(nanos, () -> repeat(command, nanos, handle));
    }
  }

  private static final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
    Task(Callable<V> what) {
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

    @Override
    protected void setException(Throwable t) {
      throw new AssertionError(t);
    }
  }

  @Override
  public void shutdown() {
    shutdown = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return shutdown;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return true;
  }
}
