package io.ringtail.sampler.shard;

import io.ringtail.sampler.account.SamplerMetrics;
import io.ringtail.sampler.store.TimerWheel;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the duty cycle of one shard and sleeps between: a tick of the wheel while traces wait,
 * longer while there are none. Threads: its own; {@link #wake} and {@link #stop} by any.
 */
final class ShardThread {
  private static final Logger log = LoggerFactory.getLogger(ShardThread.class);
  private static final long TICK_NANOS = TimerWheel.TICK_MILLIS * 1_000_000L;
  private static final long IDLE_NANOS = 100_000_000L;

  private final Shard shard;
  private final SamplerMetrics metrics;
  private final Thread thread;
  private volatile boolean running = true;
  private volatile boolean parked;

  ShardThread(Shard shard, SamplerMetrics metrics) {
    this.shard = shard;
    this.metrics = metrics;
    this.thread = new Thread(this::run, "ringtail-shard-" + shard.index());
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Something was queued. */
  void wake() {
    if (parked) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    while (running) {
      if (!work()) {
        sleep();
      }
    }
  }

  private void sleep() {
    parked = true;
    try {
      if (running && shard.queueIsEmpty()) {
        LockSupport.parkNanos(this, shard.isIdle() ? IDLE_NANOS : TICK_NANOS);
      }
    } finally {
      parked = false;
    }
  }

  /**
   * A bug must not stop the other traces of the shard: it is logged and counted. Nor must errors:
   * the JVM's option to exit when memory is out does not see that of direct buffers.
   */
  private boolean work() {
    try {
      return shard.doWork() > 0;
    } catch (RuntimeException | Error e) {
      metrics.shardError();
      log.error("shard={} duty cycle failed, going on", shard.index(), e);
      return false;
    }
  }

  /** Stops and waits for the end; the shard is the caller's then. */
  void stop(Duration timeout) throws InterruptedException {
    running = false;
    LockSupport.unpark(thread);
    thread.join(Math.max(1, timeout.toMillis()));
  }
}
