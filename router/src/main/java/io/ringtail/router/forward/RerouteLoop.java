package io.ringtail.router.forward;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.metrics.Mishaps;
import io.ringtail.router.forward.ForwardMetrics.ResendReason;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the {@link Rerouter} on the control loop: at once for a part that can go, when its time has
 * come for one that waits, and for all of them every {@value #TICK_MILLIS} ms. Threads: any.
 */
final class RerouteLoop implements Rerouting {
  private static final long TICK_MILLIS = 100;

  private final EventLoop control;
  private final Rerouter rerouter;
  private final Supplier<EpochOrder> inUse;
  private final Mishaps mishaps;
  private final LongSupplier nanoTime;
  private volatile boolean closed;
  private @Nullable ScheduledFuture<?> ticks;

  RerouteLoop(
      EventLoop control,
      Rerouter rerouter,
      Supplier<EpochOrder> inUse,
      Mishaps mishaps,
      LongSupplier nanoTime) {
    this.control = control;
    this.rerouter = rerouter;
    this.inUse = inUse;
    this.mishaps = mishaps;
    this.nanoTime = nanoTime;
  }

  void start() {
    ticks =
        control.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void tick() {
    try {
      rerouter.run();
    } catch (RuntimeException | Error e) { // thrown on, it would be the last tick
      mishaps.happened("event=reroute-failed", e);
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // it runs once more; a tick follows anyway
  public void reroute(Parcel parcel, EpochOrder atLeast, long waitNanos, ResendReason reason) {
    long notBeforeNanos = nanoTime.getAsLong() + waitNanos;
    control.execute(
        () -> {
          rerouter.add(parcel, atLeast, notBeforeNanos, reason);
          if (closed) {
            rerouter.onStop();
          } else if (waitNanos == 0) {
            rerouter.runDue();
          } else {
            control.schedule(rerouter::runDue, waitNanos, TimeUnit.NANOSECONDS);
          }
        });
  }

  @Override
  public EpochOrder inUse() {
    return inUse.get();
  }

  /** What comes from now on is refused; what is there is the rerouter's to refuse. */
  void close() {
    closed = true;
    ScheduledFuture<?> running = ticks;
    if (running != null) {
      running.cancel(false);
    }
  }
}
