package io.ringtail.it.sim;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/** Many schedules of one sort, and what they came to. */
record Batch(String name, LongFunction<Outcome> schedule) {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  Totals run(long from, long schedules, int threads) throws InterruptedException {
    return run(from, schedules, threads, Long.MAX_VALUE, totals -> {});
  }

  /**
   * Runs schedules by the seeds from {@code from} on.
   *
   * @param every after so many of them {@code told} is told how far it is; on any thread
   */
  Totals run(long from, long schedules, int threads, long every, Consumer<Totals> told)
      throws InterruptedException {
    Totals totals = new Totals(name, from, schedules);
    AtomicLong next = new AtomicLong(from);
    List<Thread> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Thread thread =
          new Thread(
              () -> {
                for (long seed = totals.begin(next);
                    seed < from + schedules;
                    seed = totals.begin(next)) {
                  run(seed, totals);
                  if (totals.end(seed) % every == 0) {
                    told.accept(totals);
                  }
                }
              });
      thread.start();
      running.add(thread);
    }
    for (Thread t : running) {
      t.join();
    }
    return totals;
  }

  private void run(long seed, Totals totals) {
    long before = THREADS.getCurrentThreadCpuTime();
    totals.run(seed, schedule);
    totals.used(THREADS.getCurrentThreadCpuTime() - before);
  }
}
