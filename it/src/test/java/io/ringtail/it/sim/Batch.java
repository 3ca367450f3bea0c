package io.ringtail.it.sim;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/** Many schedules of one sort, and what they came to. */
record Batch(String name, LongFunction<Outcome> schedule) {
  Totals run(long from, long schedules, int threads) throws InterruptedException {
    Totals totals = new Totals(name);
    AtomicLong next = new AtomicLong(from);
    List<Thread> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Thread thread =
          new Thread(
              () -> {
                for (long s = next.getAndIncrement();
                    s < from + schedules;
                    s = next.getAndIncrement()) {
                  totals.run(s, schedule);
                }
                totals.used(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
              });
      thread.start();
      running.add(thread);
    }
    for (Thread t : running) {
      t.join();
    }
    return totals;
  }
}
