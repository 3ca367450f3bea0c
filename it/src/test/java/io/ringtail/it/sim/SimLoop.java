package io.ringtail.it.sim;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.AbstractEventExecutor;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/** An event loop of a host: tasks in turn, on the virtual clock. {@link #next} is another one. */
public final class SimLoop extends AbstractEventExecutor implements EventLoop {
  private static final long LAG = 2 * World.MILLI;

  private final Host host;
  private long lastAt;

  public SimLoop(Host host) {
    this.host = host;
  }

  @Override
  public EventLoop next() {
    return new SimLoop(host);
  }

  @Override
  public EventLoopGroup parent() {
    return this;
  }

  @Override
  public void execute(Runnable task) {
    World world = host.world();
    long lag = world.chance(0.1) ? world.below(LAG) : 0;
    lastAt = Math.max(lastAt, world.now() + lag);
    host.after(lastAt - world.now(), task);
  }

  @Override
  public boolean inEventLoop(Thread thread) {
    return true;
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    Scheduled<Void> scheduled = new Scheduled<>(this);
    host.after(
        unit.toNanos(delay),
        () -> {
          if (!scheduled.isCancelled()) {
            command.run();
            scheduled.setSuccess(null);
          }
        });
    return scheduled;
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    Scheduled<V> scheduled = new Scheduled<>(this);
    host.after(
        unit.toNanos(delay),
        () -> {
          if (!scheduled.isCancelled()) {
            try {
              scheduled.setSuccess(callable.call());
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          }
        });
    return scheduled;
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return scheduleWithFixedDelay(command, initialDelay, period, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    Scheduled<Void> scheduled = new Scheduled<>(this);
    long nanos = host.sleep(unit.toNanos(delay));
    host.after(
        unit.toNanos(initialDelay) + host.world().below(nanos),
        () -> repeat(command, nanos, scheduled));
    return scheduled;
  }

  private void repeat(Runnable command, long nanos, Scheduled<Void> scheduled) {
    if (!scheduled.isCancelled()) {
      command.run();
      host.after(nanos, () -> repeat(command, nanos, scheduled));
    }
  }

  private static final class Scheduled<V> extends DefaultPromise<V> implements ScheduledFuture<V> {
    Scheduled(SimLoop loop) {
      super(loop);
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

  @Override
  public ChannelFuture register(Channel channel) {
    throw new UnsupportedOperationException("no channels: SimNet has streams");
  }

  @Override
  public ChannelFuture register(ChannelPromise promise) {
    throw new UnsupportedOperationException("no channels: SimNet has streams");
  }

  @Override
  @Deprecated
  public ChannelFuture register(Channel channel, ChannelPromise promise) {
    throw new UnsupportedOperationException("no channels: SimNet has streams");
  }

  @Override
  public boolean isShuttingDown() {
    return false;
  }

  @Override
  public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
    return newSucceededFuture(null);
  }

  @Override
  public Future<?> terminationFuture() {
    return newSucceededFuture(null);
  }

  @Override
  @Deprecated
  public void shutdown() {}

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
}
