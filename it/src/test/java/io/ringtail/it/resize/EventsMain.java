package io.ringtail.it.resize;

import io.ringtail.it.traffic.Verdict.Mode;
import io.ringtail.rules.Rules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;

/**
 * Runs events under load, each several times in each mode, and prints a line each time and one an
 * event and mode: {@code scripts/events} with
 *
 * <pre>
 * --events JOIN,KILL_SAMPLER   default: all
 * --modes errors_only,keep_all
 * --times 3
 * --rate 10000                 spans a second, of each cluster
 * --seed 1                     of the load
 * --lanes 2                    clusters at once, for events that mostly wait; the others run alone
 * --per-scene 12               times one cluster is used
 * --without H1,O3              rules of the protocol that all nodes break: shows that this can fail
 * --markdown FILE              where to write the table
 * </pre>
 *
 * Exit code 1 if anything was split or lost, or the counters do not add up.
 */
public final class EventsMain {

  private List<Event> events = List.of(Event.values());
  private List<Mode> modes = List.of(Mode.values());
  private int times = 3;
  private int rate = 10_000;
  private long seed = 1;
  private int lanes = 2;
  private int perScene = 12;
  private List<String> nodeFlags = List.of();
  private Optional<Path> markdown = Optional.empty();
  private final Path directory = Files.createTempDirectory("ringtail-events");
  private final Map<String, Row> rows = new LinkedHashMap<>();
  private final List<String> skipped = new ArrayList<>();
  private boolean clean = true;
  private int scenes;

  private EventsMain(String[] arguments) throws IOException {
    for (int i = 0; i < arguments.length; i += 2) {
      option(arguments[i], arguments[i + 1]);
    }
  }

  public static void main(String[] arguments) throws Exception {
    System.exit(new EventsMain(arguments).run() ? 0 : 1);
  }

  private void option(String name, String value) {
    switch (name) {
      case "--events" -> events = values(Event.class, value);
      case "--modes" -> modes = values(Mode.class, value);
      case "--times" -> times = Integer.parseInt(value);
      case "--rate" -> rate = Integer.parseInt(value);
      case "--seed" -> seed = Long.parseLong(value);
      case "--lanes" -> lanes = Integer.parseInt(value);
      case "--per-scene" -> perScene = Integer.parseInt(value);
      case "--without" -> nodeFlags = List.of("-D" + Rules.PROPERTY + "=" + value);
      case "--markdown" -> markdown = Optional.of(Path.of(value));
      default -> throw new IllegalArgumentException(name);
    }
  }

  private static <E extends Enum<E>> List<E> values(Class<E> type, String names) {
    return Arrays.stream(names.split(","))
        .map(name -> Enum.valueOf(type, name.toUpperCase(Locale.ROOT)))
        .toList();
  }

  private boolean run() throws Exception {
    Apart.bringUpLoopback();
    say("logs: %s; %d spans/s, %d times", directory, rate, times);
    play(1, event -> !event.isWaiting());
    play(lanes, Event::isWaiting);
    report();
    return clean;
  }

  /**
   * @param clusters at once
   */
  private void play(int clusters, Predicate<Event> which) throws InterruptedException {
    ExecutorService stages = Executors.newFixedThreadPool(clusters);
    List<Future<?>> playing = new ArrayList<>();
    for (List<Event> programme : programmes(events.stream().filter(which).toList())) {
      for (Mode mode : modes) {
        playing.add(stages.submit(() -> played(programme, mode)));
      }
    }
    stages.shutdown();
    for (Future<?> each : playing) {
      try {
        each.get();
      } catch (ExecutionException e) {
        clean = false;
        say("failed: %s", e);
      }
    }
  }

  /** What is played in one scene each: events of one stage, with their repetitions. */
  private List<List<Event>> programmes(List<Event> chosen) throws InterruptedException {
    Map<Stage, List<Event>> byStage = new EnumMap<>(Stage.class);
    for (Event event : chosen) {
      Optional<String> why = event.stage.whySkipped();
      if (why.isPresent()) {
        skipped.add(event + " skipped: " + why.get());
        say("%s", skipped.get(skipped.size() - 1));
      } else {
        byStage
            .computeIfAbsent(event.stage, stage -> new ArrayList<>())
            .addAll(Collections.nCopies(times, event));
      }
    }
    List<List<Event>> programmes = new ArrayList<>();
    byStage.forEach(
        (stage, all) -> {
          int most = stage.startsUnderLoad ? 1 : perScene;
          for (int i = 0; i < all.size(); i += most) {
            programmes.add(all.subList(i, Math.min(all.size(), i + most)));
          }
        });
    return programmes;
  }

  private List<Event> played(List<Event> programme, Mode mode)
      throws IOException, InterruptedException {
    play(programme, mode);
    return programme;
  }

  private void play(List<Event> programme, Mode mode) throws IOException, InterruptedException {
    List<Event> left = programme;
    while (!left.isEmpty()) {
      Scene.Setting setting =
          new Scene.Setting(
              nextDirectory(left, mode), left.get(0).stage, mode, rate, seed, nodeFlags);
      Act.Outcome outcome = new Act(setting, left, line -> say("%s", line)).play();
      keep(outcome);
      left = outcome.left();
    }
  }

  private synchronized Path nextDirectory(List<Event> programme, Mode mode) {
    return directory.resolve(scenes++ + "-" + programme.get(0) + "-" + mode);
  }

  private synchronized void keep(Act.Outcome outcome) {
    clean &= outcome.clean();
    for (Row row : outcome.rows()) {
      rows.merge(row.event() + " " + row.mode(), row, Row::plus);
    }
  }

  private void report() throws IOException {
    StringBuilder table = new StringBuilder(Row.MARKDOWN_HEAD);
    say("");
    for (Event event : events) {
      for (Mode mode : modes) {
        Row row = rows.get(event + " " + mode);
        if (row != null) {
          say("%s", row);
          table.append(row.markdown());
        }
      }
    }
    skipped.forEach(line -> table.append('\n').append(line).append('\n'));
    if (markdown.isPresent()) {
      Files.writeString(markdown.get(), table);
    }
    say(clean ? "clean" : "NOT CLEAN");
  }

  private static void say(String pattern, Object... values) {
    System.out.println(String.format(Locale.ROOT, pattern, values));
  }
}
