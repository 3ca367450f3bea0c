package io.ringtail.it.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.LoggerFactory;

/**
 * Runs schedules: {@code --seed S} one and tells its story; {@code --schedules N [--from S]
 * [--threads T]} many, and prints what they came to and the seeds of those that failed.
 */
public final class SimulationMain {
  private SimulationMain() {}

  public static void main(String[] args) throws InterruptedException {
    Long seed = null;
    long schedules = 1000;
    long from = 0;
    int threads = 1;
    Level log = Level.OFF;
    for (int i = 0; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--seed" -> seed = Long.parseLong(args[i + 1]);
        case "--schedules" -> schedules = Long.parseLong(args[i + 1]);
        case "--from" -> from = Long.parseLong(args[i + 1]);
        case "--log" -> log = Level.toLevel(args[i + 1]);
        case "--threads" -> threads = Integer.parseInt(args[i + 1]);
        default -> throw new IllegalArgumentException(args[i]);
      }
    }
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(log);
    if (seed != null) {
      Simulation.Outcome outcome = Schedule.run(seed, true);
      System.out.println(outcome.story());
      System.out.println(outcome);
      System.exit(outcome.isClean() ? 0 : 1);
    }
    many(from, schedules, threads);
  }

  private static void many(long from, long schedules, int threads) throws InterruptedException {
    Totals totals = new Totals();
    AtomicLong next = new AtomicLong(from);
    List<Thread> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      Thread thread =
          new Thread(
              () -> {
                for (long s = next.getAndIncrement();
                    s < from + schedules;
                    s = next.getAndIncrement()) {
                  totals.add(run(s));
                }
                totals.used(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
              });
      thread.start();
      running.add(thread);
    }
    for (Thread t : running) {
      t.join();
    }
    totals.print(schedules, totals.cpuNanos / 1e6);
    System.exit(totals.failed == 0 ? 0 : 1);
  }

  private static Simulation.Outcome run(long seed) {
    try {
      return Schedule.run(seed, false);
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  private static final class Totals {
    private final List<String> first = new ArrayList<>();
    private final long[] bad = new long[Schedule.Kind.values().length];
    private long failed;
    private long lost;
    private long split;
    private long undeserved;
    private long duplicates;
    private long spans;
    private long strict;
    private long traces;
    private long events;
    private long unquiet;
    private long cpuNanos;
    private long trail;

    synchronized void used(long nanos) {
      cpuNanos += nanos;
    }

    synchronized void add(Simulation.Outcome o) {
      trail += o.trail() * (2 * o.seed() + 1);
      lost += o.verdict().lost();
      split += o.verdict().split();
      undeserved += o.verdict().undeserved();
      duplicates += o.verdict().duplicates();
      spans += o.verdict().spans();
      traces += o.verdict().traces();
      strict += o.verdict().strictTraces();
      events += o.events();
      unquiet += o.problems().isEmpty() ? 0 : 1;
      if (!o.isClean()) {
        failed++;
        bad[Schedule.Kind.of(o.seed()).ordinal()]++;
        if (first.size() < 12) {
          String text = o.toString();
          first.add(text.substring(0, Math.min(400, text.length())));
        }
      }
    }

    synchronized void print(long schedules, double millis) {
      first.forEach(System.out::println);
      System.out.printf(
          "%d schedules, %d with a fault (%s): %d spans lost, %d traces split, %d undeserved, %d"
              + " duplicates of %d spans, %d traces (%d strict); %d with other problems; %.1f ms of CPU"
              + " and %d events a schedule; trail %x%n",
          schedules,
          failed,
          kinds(),
          lost,
          split,
          undeserved,
          duplicates,
          spans,
          traces,
          strict,
          unquiet,
          millis / schedules,
          events / schedules,
          trail);
    }

    private String kinds() {
      StringBuilder b = new StringBuilder();
      for (Schedule.Kind k : Schedule.Kind.values()) {
        b.append(b.isEmpty() ? "" : ", ").append(k).append(' ').append(bad[k.ordinal()]);
      }
      return b.toString();
    }
  }
}
