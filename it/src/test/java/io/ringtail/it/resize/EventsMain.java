package io.ringtail.it.resize;

import io.ringtail.it.resize.Verdict.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Runs events under load, each several times in each mode, and prints a line a mode: {@code
 * scripts/events [--events A,B] [--modes errors_only,keep_all] [--times 3] [--rate 10000] [--seed
 * 1]}. Exit code 1 if anything was split or lost.
 */
public final class EventsMain {
  private static final int WARM_SECONDS = 8;

  private EventsMain() {}

  public static void main(String[] arguments) throws Exception {
    List<Event> events = new ArrayList<>(List.of(Event.values()));
    List<Mode> modes = List.of(Mode.values());
    int times = 3;
    int rate = 10_000;
    long seed = 1;
    for (int i = 0; i < arguments.length; i += 2) {
      String value = arguments[i + 1];
      switch (arguments[i]) {
        case "--events" -> events = values(Event.class, value);
        case "--modes" -> modes = values(Mode.class, value);
        case "--times" -> times = Integer.parseInt(value);
        case "--rate" -> rate = Integer.parseInt(value);
        case "--seed" -> seed = Long.parseLong(value);
        default -> throw new IllegalArgumentException(arguments[i]);
      }
    }
    Apart.bringUpLoopback();
    boolean clean = true;
    Path directory = Files.createTempDirectory("ringtail-events");
    System.out.println("logs: " + directory + ", rate " + rate + " spans/s, times " + times);
    for (Event event : events) {
      for (Mode mode : modes) {
        clean &= run(event, mode, times, rate, seed, directory.resolve(event + "-" + mode));
      }
    }
    System.exit(clean ? 0 : 1);
  }

  private static <E extends Enum<E>> List<E> values(Class<E> type, String names) {
    return Arrays.stream(names.split(","))
        .map(name -> Enum.valueOf(type, name.toUpperCase(Locale.ROOT)))
        .toList();
  }

  static boolean run(Event event, Mode mode, int times, int rate, long seed, Path directory)
      throws Exception {
    if (event.whySkipped().isPresent()) {
      System.out.printf("%-24s %-11s skipped: %s%n", event, mode, event.whySkipped().get());
      return true;
    }
    try (Surroundings around = event.surroundings(directory);
        Scene scene = new Scene(directory, mode, rate, seed, around, "")) {
      scene.start(2, event.samplers);
      TimeUnit.SECONDS.sleep(WARM_SECONDS);
      int[] steady = scene.takeLatencies();
      List<String> words = new ArrayList<>();
      long exposed = 0;
      for (int i = 0; i < times; i++) {
        exposed += scene.openTraces();
        words.add(event.run(scene));
      }
      int[] during = scene.takeLatencies();
      Verdict verdict = scene.finish();
      System.out.printf(
          Locale.ROOT,
          "%-24s %-11s split %d lost %d dup %d of %d traces (judged %d, exposed %d); answers p50/p99/max"
              + " ms %s steady %s; retries %d given up %d; %s; counters %s%n",
          event,
          mode,
          verdict.split(),
          verdict.lost(),
          verdict.duplicates(),
          verdict.traces(),
          verdict.judged(),
          exposed,
          Arrays.toString(during),
          Arrays.toString(steady),
          scene.load().retries(),
          scene.load().givenUpSpans(),
          words,
          scene.counters().sums());
      verdict.examples().forEach(example -> System.out.println("    " + example));
      return verdict.isClean();
    } catch (AssertionError e) {
      System.out.printf("%-24s %-11s FAILED %s%n", event, mode, e.getMessage());
      return false;
    }
  }
}
