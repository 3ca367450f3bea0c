package io.ringtail.sampler.shard;

import io.ringtail.sampler.account.SamplerMetrics;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs the duty cycle of one shard again and again, with a {@link Rest} when nothing is to be done.
 * A simulation works the shard by hand, and goes by the same rests. Threads: its own; {@link
 * #queued} and {@link #stop} by any.
 */
final class ShardThread {
  private final Shard shard;
  private final SamplerMetrics metrics;
  private final Thread thread;
  private Rest rest;
  private Runnable wake = this::unpark;
  private volatile boolean running = true;

  ShardThread(Shard shard, SamplerMetrics metrics) {
    this.shard = shard;
    this.metrics = metrics;
    this.rest = new Rest(shard::hasMuchQueued);
    this.thread = new Thread(this::run, "ringtail-shard-" + shard.index());
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** A command was queued. */
  void queued(ShardCommand command) {
    if (rest.isEndedBy(command)) {
      wake.run();
    }
  }

  private void unpark() {
    LockSupport.unpark(thread);
  }

  /**
   * Who works the shard instead of this thread, and is woken in its place; before the start.
   *
   * @param byAnything naps end as if much were queued, whatever comes
   */
  Rest workedBy(Runnable waker, boolean byAnything) {
    wake = waker;
    rest = byAnything ? new Rest(() -> true) : rest;
    return rest;
  }

  private void run() {
    while (running) {
      if (!work()) {
        rest();
      }
    }
  }

  private void rest() {
    long nanos = rest.begin(shard.isIdle());
    if (running && shard.queueIsEmpty()) {
      LockSupport.parkNanos(this, nanos);
    }
    rest.end();
  }

  /**
   * A bug must not stop the other traces of the shard: it is counted, and said now and then. Nor
   * must errors: the JVM's option to exit when memory is out does not see that of direct buffers.
   */
  private boolean work() {
    try {
      return shard.doWork() > 0;
    } catch (RuntimeException | Error e) {
      metrics.shardFailed(shard.index(), e);
      return false;
    }
  }

  /** Stops and waits for the end; the shard is the caller's then. */
  void stop(Duration timeout) throws InterruptedException {
    running = false;
    unpark();
    thread.join(Math.max(1, timeout.toMillis()));
  }
}
