package io.ringtail.it.sim;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/** Sums over schedules. Threads: any. */
final class Totals {
  private static final int SHOWN = 12;
  private static final int SHOWN_CHARS = 500;

  private final String name;
  private final long from;
  private final long wanted;
  private final TreeSet<Long> running = new TreeSet<>();
  private final List<String> first = new ArrayList<>();
  private final List<Long> seeds = new ArrayList<>();
  private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
  private final Map<Trouble, Long> met = new EnumMap<>(Trouble.class);
  private long schedules;
  private long failed;
  private long lost;
  private long split;
  private long undeserved;
  private long part;
  private long twice;
  private long duplicates;
  private long duplicatesSentAgain;
  private long requestsAgain;
  private long explained;
  private long spans;
  private long strict;
  private long traces;
  private long events;
  private long problems;
  private long cpuNanos;

  /** At the line on how far it is before the next one. */
  private long toldSchedules;

  private long toldCpuNanos;
  private long trail;
  private long begun;

  /**
   * @param from the first seed
   * @param wanted how many there are
   */
  Totals(String name, long from, long wanted) {
    this.name = name;
    this.from = from;
    this.wanted = wanted;
    this.begun = from;
  }

  /** Takes the next seed. */
  synchronized long begin(AtomicLong next) {
    long seed = next.getAndIncrement();
    if (seed < from + wanted) {
      running.add(seed);
      begun = seed + 1;
    }
    return seed;
  }

  /** Returns how many schedules are over. */
  synchronized long end(long seed) {
    running.remove(seed);
    return schedules;
  }

  /**
   * A line on how far it is, and how to go on from there. What a schedule costs is said since the
   * line before, too: the first thousand pay for the compiler and the tables.
   */
  synchronized String progress() {
    long next = running.isEmpty() ? begun : running.first();
    double lately = (cpuNanos - toldCpuNanos) / 1e6 / Math.max(1, schedules - toldSchedules);
    toldSchedules = schedules;
    toldCpuNanos = cpuNanos;
    return String.format(
        "%s: %d of %d schedules, %d with a fault %s, %.1f ms of CPU a schedule, lately %.1f; the"
            + " rest: --from %d --schedules %d",
        name,
        schedules,
        wanted,
        failed,
        seeds,
        cpuNanos / 1e6 / Math.max(1, schedules),
        lately,
        next,
        from + wanted - next);
  }

  /** Seeds of schedules with a fault. */
  synchronized Set<Long> faulty() {
    return new TreeSet<>(seeds);
  }

  void run(long seed, LongFunction<Outcome> schedule) {
    try {
      add(schedule.apply(seed));
    } catch (RuntimeException | Error e) {
      failed(seed, e);
    }
  }

  private synchronized void failed(long seed, Throwable e) {
    schedules++;
    failed++;
    problems++;
    faults.merge(Fault.BROKEN, 1L, Long::sum);
    seeds.add(seed);
    if (first.size() < SHOWN) {
      StringBuilder b = new StringBuilder("seed " + seed + ": " + e);
      for (int i = 0; i < Math.min(8, e.getStackTrace().length); i++) {
        b.append("\n    at ").append(e.getStackTrace()[i]);
      }
      for (Throwable s : e.getSuppressed()) {
        b.append("\n    suppressed ").append(s);
      }
      first.add(b.toString());
    }
  }

  private synchronized void add(Outcome o) {
    schedules++;
    trail += o.trail() * (2 * o.seed() + 1);
    lost += o.verdict().lost();
    split += o.verdict().split();
    undeserved += o.verdict().undeserved();
    part += o.verdict().part();
    twice += o.verdict().twice();
    duplicates += o.verdict().duplicates();
    duplicatesSentAgain += o.verdict().duplicatesSentAgain();
    requestsAgain += o.verdict().requestsAgain();
    explained += o.verdict().explained();
    spans += o.verdict().spans();
    traces += o.verdict().traces();
    strict += o.verdict().strictTraces();
    events += o.events();
    problems += o.problems().isEmpty() ? 0 : 1;
    o.met().forEach(trouble -> met.merge(trouble, 1L, Long::sum));
    o.faults().forEach(fault -> faults.merge(fault, 1L, Long::sum));
    if (!o.isClean()) {
      failed++;
      seeds.add(o.seed());
      if (first.size() < SHOWN) {
        String text = o.toString();
        first.add(text.substring(0, Math.min(SHOWN_CHARS, text.length())));
      }
    }
  }

  synchronized void used(long nanos) {
    cpuNanos += nanos;
  }

  synchronized boolean isClean() {
    return failed == 0;
  }

  synchronized long failed() {
    return failed;
  }

  /** Schedules with faults of a sort; one may have several. */
  synchronized long with(Fault fault) {
    return faults.getOrDefault(fault, 0L);
  }

  /** In how many schedules what happened, a line each. */
  synchronized String troubles() {
    StringBuilder b = new StringBuilder("in how many of ").append(schedules).append(" schedules\n");
    for (Trouble trouble : Trouble.values()) {
      b.append(String.format("%9d  %s%n", met.getOrDefault(trouble, 0L), trouble.meaning));
    }
    return b.toString();
  }

  /** The least seeds that failed. */
  synchronized List<Long> firstSeeds(int count) {
    return seeds.stream().sorted().limit(count).toList();
  }

  @Override
  public synchronized String toString() {
    StringBuilder b = new StringBuilder();
    first.forEach(f -> b.append(f).append('\n'));
    b.append(
        String.format(
            "%s: %d schedules, %d with a fault: %d spans lost, %d traces split, %d undeserved, %d decided on"
                + " a part, %d twice (%d more let out in part as the protocol says); %d with other problems; %d duplicates of %d spans (%d as %d requests were sent again), %d traces (%d strict); %.1f ms"
                + " of CPU and %d events a schedule; trail %x",
            name,
            schedules,
            failed,
            lost,
            split,
            undeserved,
            part,
            twice,
            explained,
            problems,
            duplicates,
            spans,
            duplicatesSentAgain,
            requestsAgain,
            traces,
            strict,
            cpuNanos / 1e6 / Math.max(1, schedules),
            events / Math.max(1, schedules),
            trail));
    if (!seeds.isEmpty()) {
      b.append("\n  seeds ").append(seeds.subList(0, Math.min(200, seeds.size())));
    }
    return b.toString();
  }
}
