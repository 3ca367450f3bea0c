package io.ringtail.it.resize;

import io.ringtail.it.traffic.Verdict;
import io.ringtail.it.traffic.Verdict.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Events at random for some minutes, half of them in each mode, on 2 routers and 4 samplers: {@code
 * scripts/chaos [--minutes 10] [--seed S] [--rate 10000]}. Prints the seed, each event as it comes,
 * and a verdict a mode. Exit code 1 if anything was split or lost, or the counters do not add up.
 */
public final class ChaosMain {
  private static final int WARM_SECONDS = 8;

  private ChaosMain() {}

  public static void main(String[] arguments) throws Exception {
    double minutes = 10;
    long seed = new Random().nextInt(1_000_000);
    int rate = 10_000;
    for (int i = 0; i < arguments.length; i += 2) {
      String value = arguments[i + 1];
      switch (arguments[i]) {
        case "--minutes" -> minutes = Double.parseDouble(value);
        case "--seed" -> seed = Long.parseLong(value);
        case "--rate" -> rate = Integer.parseInt(value);
        default -> throw new IllegalArgumentException(arguments[i]);
      }
    }
    Path directory = Files.createTempDirectory("ringtail-chaos");
    System.out.printf(
        "seed %d, %.1f minutes, %d spans/s, logs: %s%n", seed, minutes, rate, directory);
    Duration each = Duration.ofMillis((long) (minutes * 30_000));
    boolean clean = true;
    for (Mode mode : Mode.values()) {
      clean &= run(mode, each, seed, rate, directory.resolve(mode.name())).isClean();
    }
    System.exit(clean ? 0 : 1);
  }

  /** Events until {@code time} is over, then the verdict, printed. */
  static Outcome run(Mode mode, Duration time, long seed, int rate, Path directory)
      throws Exception {
    Random random = new Random(seed);
    List<Event> events = new ArrayList<>(List.of(Event.values()));
    events.removeIf(event -> time.toSeconds() < 120 ? !event.isShort() : !event.isForChaos());
    Scene.Setting setting =
        new Scene.Setting(directory, Stage.FOUR_SAMPLERS, mode, rate, seed, List.of());
    try (Scene scene = new Scene(setting)) {
      scene.start(2, Stage.FOUR_SAMPLERS.samplers);
      TimeUnit.SECONDS.sleep(WARM_SECONDS);
      long end = System.nanoTime() + time.toNanos();
      while (System.nanoTime() < end) {
        Event event = events.get(random.nextInt(events.size()));
        Figures figures = new Figures();
        System.out.printf("  %s %s ...%n", mode, event);
        event.run(scene, figures);
        event.undo(scene);
        System.out.printf("  %s %s done: %s%n", mode, event, figures);
        TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
      }
      scene.finish();
      Verdict verdict = scene.verdict();
      List<String> disagreements = scene.disagreements();
      System.out.printf(
          Locale.ROOT,
          "%s split %d lost %d duplicates %d of %d traces (judged %d); %.0f spans/s told accepted,"
              + " given up %d; counters %s%n",
          mode,
          verdict.split(),
          verdict.lost(),
          verdict.duplicates(),
          verdict.traces(),
          verdict.judged(),
          scene.load().acceptedPerSecond(),
          scene.load().givenUpSpans(),
          disagreements.isEmpty() ? "agree" : disagreements);
      verdict.examples().forEach(example -> System.out.println("    " + example));
      return new Outcome(verdict, disagreements);
    }
  }

  /** How a mode ended. */
  record Outcome(Verdict verdict, List<String> disagreements) {
    boolean isClean() {
      return verdict.isClean() && disagreements.isEmpty();
    }
  }
}
