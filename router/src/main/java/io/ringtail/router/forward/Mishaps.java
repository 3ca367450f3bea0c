package io.ringtail.router.forward;

import com.codahale.metrics.Counter;
import io.ringtail.metrics.Metrics;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What should not happen where parts are sent: a bug, or no memory. It is counted, said at most
 * every {@value #TELLING_SECONDS} s, and gone on from: an event loop would end a tick for good that
 * throws, and say nothing. Threads: any.
 */
final class Mishaps {
  private static final Logger log = LoggerFactory.getLogger(Mishaps.class);
  private static final int TELLING_SECONDS = 10;
  private static final long TELLING_NANOS = TimeUnit.SECONDS.toNanos(TELLING_SECONDS);
  private static final long NEVER = Long.MIN_VALUE;

  private final Counter count;
  private final LongSupplier nanoTime;
  private final AtomicLong toldNanos = new AtomicLong(NEVER);

  Mishaps(Metrics metrics, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.count =
        metrics.counter(
            "ringtail_router_forward_failures_total",
            "Errors while parts were sent, which go again: bugs, or no memory.");
  }

  void happened(String where, Throwable e) {
    count.inc();
    long now = nanoTime.getAsLong();
    long told = toldNanos.get();
    if ((told == NEVER || now - told >= TELLING_NANOS) && toldNanos.compareAndSet(told, now)) {
      log.error("event=forward-failed where={} count={}", where, count.getCount(), e);
    }
  }
}
