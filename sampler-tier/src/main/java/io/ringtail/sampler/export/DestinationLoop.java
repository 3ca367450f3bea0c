package io.ringtail.sampler.export;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread of one destination: works, sleeps, and ends once told to and nothing is left. */
final class DestinationLoop implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(DestinationLoop.class);

  /** Retries and lingering requests are due within this after their time. */
  private static final long BUSY_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** A first trace after quiet waits this long at most before it begins to linger. */
  private static final long IDLE_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Destination destination;
  private volatile @Nullable Thread thread;
  private volatile boolean ending;
  private volatile long endNanos;

  DestinationLoop(Destination destination) {
    this.destination = destination;
  }

  void start() {
    Thread started = new Thread(this, "ringtail-export-" + destination.name());
    started.setDaemon(true);
    thread = started;
    started.start();
  }

  /** Any thread: there is something to do now. */
  void wakeUp() {
    LockSupport.unpark(thread);
  }

  /** Any thread: take nothing more, and end when all is answered or the time has come. */
  void end(long atNanos) {
    endNanos = atNanos;
    ending = true;
    destination.stopTaking();
    wakeUp();
  }

  /** Waits until it has ended, which {@link #end} has told it to. */
  void join() throws InterruptedException {
    Thread running = thread;
    if (running != null) {
      running.join();
    }
  }

  @Override
  public void run() {
    try {
      while (!ending || !ended()) {
        if (workOnce() == 0) {
          LockSupport.parkNanos(destination.isEmpty() ? IDLE_PARK_NANOS : BUSY_PARK_NANOS);
        }
      }
    } finally {
      destination.close();
    }
  }

  private int workOnce() {
    try {
      return destination.doWork(System.nanoTime());
    } catch (RuntimeException | Error e) {
      destination.failed(e);
      return 0;
    }
  }

  private boolean ended() {
    if (destination.isEmpty()) {
      return true;
    }
    if (System.nanoTime() - endNanos < 0) {
      return false;
    }
    abandon();
    return true;
  }

  private void abandon() {
    try {
      long spans = destination.abandon(System.nanoTime());
      if (spans > 0) {
        log.warn(
            "export stopped with spans unanswered destination={} spans={}",
            destination.name(),
            spans);
      }
    } catch (RuntimeException | Error e) {
      destination.failed(e);
    }
  }
}
