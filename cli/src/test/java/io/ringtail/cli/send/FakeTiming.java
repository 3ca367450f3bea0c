package io.ringtail.cli.send;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Semaphore;

/** A clock on which time passes by sleeping, and by waiting for permits. Threads: one. */
public final class FakeTiming implements Timing {
  private record Task(long at, long number, Runnable run) {}

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::at).thenComparingLong(Task::number));
  private long now;
  private long numbers;

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public void sleep(long nanos) {
    long until = now + nanos;
    while (!tasks.isEmpty() && tasks.peek().at() <= until) {
      Task task = tasks.remove();
      now = Math.max(now, task.at());
      task.run().run();
    }
    now = Math.max(now, until);
  }

  @Override
  public void acquire(Semaphore semaphore, int permits) {
    while (!semaphore.tryAcquire(permits)) {
      sleep(tasks.element().at() - now);
    }
  }

  @Override
  public void later(long nanos, Runnable task) {
    tasks.add(new Task(now + nanos, numbers++, task));
  }

  @Override
  public void close() {}
}
