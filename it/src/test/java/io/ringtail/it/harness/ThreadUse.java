package io.ringtail.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the threads of one process have used so far, from the operating system, by name without
 * numbers: threads of a pool are one row.
 *
 * @param seconds CPU time, user and system
 * @param switches how often a thread has gone to sleep of its own will
 */
public record ThreadUse(double seconds, long switches) {
  private static final double TICKS_PER_SECOND = 100;
  private static final int USER_TICKS = 11;
  private static final int SYSTEM_TICKS = 12;

  /** By thread name; threads that have ended are not there any more. */
  public static Map<String, ThreadUse> of(long pid) throws IOException {
    Map<String, ThreadUse> byName = new TreeMap<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path task : tasks.toList()) {
        try {
          byName.merge(name(task), read(task), ThreadUse::plus);
        } catch (NoSuchFileException e) {
          // the thread has just ended
        }
      }
    }
    return byName;
  }

  private static String name(Path task) throws IOException {
    return Files.readString(task.resolve("comm")).strip().replaceAll("[-# ]*[0-9]+.*", "");
  }

  private static ThreadUse read(Path task) throws IOException {
    String stat = Files.readString(task.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
    return new ThreadUse(ticks / TICKS_PER_SECOND, voluntarySwitches(task));
  }

  private static long voluntarySwitches(Path task) throws IOException {
    try (Stream<String> lines = Files.lines(task.resolve("status"))) {
      return lines
          .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
          .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
          .sum();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private ThreadUse plus(ThreadUse other) {
    return new ThreadUse(seconds + other.seconds, switches + other.switches);
  }

  /** Adds the use between two looks to {@code sums}. */
  public static void addDifference(
      Map<String, ThreadUse> sums, Map<String, ThreadUse> before, Map<String, ThreadUse> after) {
    after.forEach(
        (name, use) -> {
          ThreadUse earlier = before.getOrDefault(name, new ThreadUse(0, 0));
          sums.merge(
              name,
              new ThreadUse(use.seconds - earlier.seconds, use.switches - earlier.switches),
              ThreadUse::plus);
        });
  }

  /** A line a name, the busiest first; what is under a thousandth of a second is left out. */
  public static List<String> lines(Map<String, ThreadUse> sums, double millionSpans) {
    return sums.entrySet().stream()
        .sorted(Comparator.comparingDouble(e -> -e.getValue().seconds()))
        .filter(e -> e.getValue().seconds() / millionSpans >= 0.001)
        .map(
            e ->
                String.format(
                    "%-18s %6.3f s  %8.0f sleeps",
                    e.getKey(),
                    e.getValue().seconds() / millionSpans,
                    e.getValue().switches() / millionSpans))
        .toList();
  }
}
