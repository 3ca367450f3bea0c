package io.ringtail.cli.send;

import io.ringtail.threads.DaemonThreads;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The clock and what waits on it; a test brings its own. Threads: any. */
public interface Timing extends AutoCloseable {
  long nanos();

  /** Waits; returns at once if there is nothing to wait for. */
  void sleep(long nanos) throws InterruptedException;

  /** Waits for so many permits; a test lets its clock run until they are there. */
  default void acquire(Semaphore semaphore, int permits) throws InterruptedException {
    semaphore.acquire(permits);
  }

  /** Runs {@code task} after {@code nanos}. */
  void later(long nanos, Runnable task);

  @Override
  void close();

  /** The system's clock and one timer thread. */
  static Timing system() {
    return new Timing() {
      private final ScheduledThreadPoolExecutor timer =
          new ScheduledThreadPoolExecutor(1, new DaemonThreads("send-retries"));

      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public void sleep(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos);
      }

      @Override
      public void later(long nanos, Runnable task) {
        Future<?> unused = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
      }

      @Override
      public void close() {
        timer.shutdownNow();
      }
    };
  }
}
