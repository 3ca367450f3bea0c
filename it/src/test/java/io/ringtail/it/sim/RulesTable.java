package io.ringtail.it.sim;

import io.ringtail.rules.Rule;
import io.ringtail.rules.Rules;
import java.io.PrintStream;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether the simulation can fail: the same schedules with all rules in force and with each taken
 * away, and in how many of them it finds what kind of fault.
 */
final class RulesTable {
  private static final int SEEDS_SHOWN = 5;
  private static final String ROW =
      "| %-7s | %-28s | %6s | %6s | %6s | %9s | %5s | %8s | %8s | %6s | %s |%n";

  private final PrintStream out;
  private final long from;
  private final long schedules;
  private final int threads;

  RulesTable(PrintStream out, long from, long schedules, int threads) {
    this.out = out;
    this.from = from;
    this.schedules = schedules;
    this.threads = threads;
  }

  /** Prints a row as soon as it is known; returns whether all was clean with all rules. */
  boolean print() throws InterruptedException {
    out.printf(
        ROW,
        "off",
        "schedules",
        "number",
        "faulty",
        "lost",
        "on a part",
        "twice",
        "repeated",
        "restless",
        "broken",
        "first seeds");
    out.printf(ROW.replaceAll("%-?\\d*s", "---"));
    boolean clean = row(EnumSet.noneOf(Rule.class), null) == 0;
    for (Rule rule : Rule.values()) {
      row(EnumSet.of(rule), null);
      row(EnumSet.of(rule), Named.showing(rule));
    }
    row(EnumSet.of(Rule.H1, Rule.O3), null);
    return clean;
  }

  private long row(Set<Rule> off, @Nullable Named named) throws InterruptedException {
    Rules rules = Rules.without(off);
    Batch batch =
        named == null
            ? new Batch("random", seed -> Schedule.run(seed, false, rules))
            : new Batch(named.name(), seed -> named.run(seed, false, rules));
    long number = named == null ? schedules : Math.max(1, schedules / 5);
    Totals totals = batch.run(from, number, threads);
    String name = off.stream().map(Rule::name).collect(Collectors.joining(","));
    out.printf(
        ROW,
        name.isEmpty() ? "none" : name,
        batch.name(),
        number,
        totals.failed(),
        totals.with(Fault.LOST),
        totals.with(Fault.SPLIT),
        totals.with(Fault.TWICE),
        totals.with(Fault.REPEATED),
        totals.with(Fault.RESTLESS),
        totals.with(Fault.BROKEN),
        totals.firstSeeds(SEEDS_SHOWN));
    return totals.failed();
  }
}
