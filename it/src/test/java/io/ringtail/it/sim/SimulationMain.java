package io.ringtail.it.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.ringtail.rules.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/**
 * Runs schedules and prints what they came to, and the seeds of those that failed:
 *
 * <pre>
 *   --schedules N [--from S] [--threads T] [--every K]   random ones; each K tells how far it is
 *   --named NAME|all [--schedules N]         a named one by N seeds
 *   --seed S [--named NAME] [--log LEVEL]    one, with its story
 *   --rules [--schedules N]                  random ones, and named ones, with each rule taken away: a table
 *   --without RULE,...                       besides: with those rules of the protocol taken away
 * </pre>
 */
public final class SimulationMain {
  private SimulationMain() {}

  public static void main(String[] args) throws InterruptedException {
    Long seed = null;
    String named = "";
    long schedules = 1000;
    long from = 0;
    int threads = 1;
    long every = 10_000;
    Level log = Level.OFF;
    Rules rules = Rules.ALL;
    boolean table = false;
    for (int i = 0; i < args.length; i += 2) {
      if (args[i].equals("--rules")) {
        table = true;
        i--;
        continue;
      }
      String value = i + 1 < args.length ? args[i + 1] : "";
      switch (args[i]) {
        case "--seed" -> seed = Long.parseLong(value);
        case "--named" -> named = value.toUpperCase(Locale.ROOT);
        case "--schedules" -> schedules = Long.parseLong(value);
        case "--from" -> from = Long.parseLong(value);
        case "--every" -> every = Long.parseLong(value);
        case "--threads" -> threads = Integer.parseInt(value);
        case "--without" -> rules = Rules.without(value);
        case "--log" -> log = Level.toLevel(value);
        default -> throw new IllegalArgumentException(args[i]);
      }
    }
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(log);
    if (table) {
      System.exit(new RulesTable(System.out, from, schedules, threads).print() ? 0 : 1);
    }
    if (seed != null) {
      Outcome outcome =
          named.isEmpty()
              ? Schedule.run(seed, true, rules)
              : Named.valueOf(named).run(seed, true, rules);
      System.out.println(outcome.story());
      System.out.println(outcome);
      System.exit(outcome.isClean() ? 0 : 1);
    }
    boolean clean = true;
    for (Batch batch : batches(named, rules)) {
      Totals totals =
          batch.run(from, schedules, threads, every, t -> System.out.println(t.progress()));
      System.out.println(totals);
      System.out.println(totals.troubles());
      clean &= totals.isClean();
    }
    System.exit(clean ? 0 : 1);
  }

  private static List<Batch> batches(String named, Rules rules) {
    List<Batch> batches = new ArrayList<>();
    if (named.isEmpty()) {
      batches.add(new Batch("random", s -> Schedule.run(s, false, rules)));
    }
    for (Named n : Named.values()) {
      if (named.equals("ALL") || named.equals(n.name())) {
        batches.add(new Batch(n.name(), s -> n.run(s, false, rules)));
      }
    }
    return batches;
  }
}
