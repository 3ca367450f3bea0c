package io.ringtail.sampler.intake;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Links whose part waits for its epoch (protocol A4), and those without a hello, looked after by a
 * timer while there are any. Threads: any.
 */
final class WaitingLinks {
  private static final Logger log = LoggerFactory.getLogger(WaitingLinks.class);
  private static final long LOOK_EVERY_MILLIS = 20;

  /** Each once, in the order in which they began to. */
  private final Queue<InboundLink> links = new ConcurrentLinkedQueue<>();

  private final AtomicBoolean lookScheduled = new AtomicBoolean();
  private final ScheduledExecutorService timer;

  WaitingLinks(ScheduledExecutorService timer) {
    this.timer = timer;
  }

  /**
   * Under the link's monitor, as {@link #remove}, or before others know it: else a link that waits
   * again is lost.
   */
  void add(InboundLink link) {
    links.add(link);
    lookSoon();
  }

  void remove(InboundLink link) {
    links.remove(link);
  }

  /** Has the timer look after all of them at once; not after {@link #stop}. */
  void lookNow() {
    try {
      timer.execute(this::look);
    } catch (RejectedExecutionException e) {
      log.debug("event=epoch-after-stop");
    }
  }

  void look() {
    links.forEach(this::look);
  }

  /** One link's failure must not end the timer, which all the others need. */
  private void look(InboundLink link) {
    try {
      link.proceed();
    } catch (RuntimeException | Error e) {
      link.failed(e);
    }
  }

  private void lookAndGoOn() {
    lookScheduled.set(false);
    look();
    if (!links.isEmpty()) {
      lookSoon();
    }
  }

  /** Nearly always no link waits, and then no timer runs. */
  private void lookSoon() {
    if (!lookScheduled.compareAndSet(false, true)) {
      return;
    }
    try {
      timer.schedule(this::lookAndGoOn, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("event=wait-after-stop");
    }
  }

  void stop() {
    timer.shutdownNow();
  }
}
