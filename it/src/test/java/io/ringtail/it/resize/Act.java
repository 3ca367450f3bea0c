package io.ringtail.it.resize;

import io.ringtail.it.traffic.SentTrace;
import io.ringtail.it.traffic.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Events, one after the other in one scene, and what is to be said of each. If the scene breaks
 * down, what has happened until then is judged, and the rest is left. Threads: one.
 */
final class Act {
  private static final int WARM_SECONDS = 5;
  private static final int STEADY_SECONDS = 6;
  private static final long PAUSE_MILLIS = 1_500;

  /** A trace is gone this long after its first span, unless something holds it up. */
  private static final long GONE_NANOS = Scene.DECISION_WAIT.plusSeconds(2).toNanos();

  /** Where faults are to be expected, each is to be seen in one event alone. */
  private static final long GONE_MILLIS = TimeUnit.NANOSECONDS.toMillis(GONE_NANOS);

  private final Scene.Setting setting;
  private final List<Event> programme;
  private final Consumer<String> say;
  private final Map<Event, Course> courses = new EnumMap<>(Event.class);

  /** One event as it went. */
  private static final class Course {
    final List<long[]> windows = new ArrayList<>();
    final List<int[]> latencies = new ArrayList<>();
    final Figures figures = new Figures();
    long exposed;

    boolean sawTrace(SentTrace trace) {
      long first = trace.firstSentNanos();
      return windows.stream().anyMatch(w -> first - w[1] <= 0 && w[0] - first <= GONE_NANOS);
    }
  }

  /**
   * @param clean whether nothing was split or lost of all traces, and the counters agree
   * @param left what has not been played, because the scene broke down
   */
  record Outcome(List<Row> rows, boolean clean, List<Event> left) {}

  /**
   * @param programme one after the other
   * @param say told of each time as it is over
   */
  Act(Scene.Setting setting, List<Event> programme, Consumer<String> say) {
    this.setting = setting;
    this.programme = programme;
    this.say = say;
  }

  Outcome play() throws IOException, InterruptedException {
    try (Scene scene = new Scene(setting)) {
      int[] steady = new int[0];
      List<String> problems = new ArrayList<>();
      int begun = 0;
      try {
        steady = begin(scene);
        for (Event event : programme) {
          begun++;
          once(scene, event);
        }
        scene.finish();
        problems.addAll(scene.disagreements());
      } catch (AssertionError | Exception e) {
        problems.add(String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString()));
      }
      List<Row> rows = rows(scene, steady, problems);
      boolean clean = scene.verdict().isClean() && problems.isEmpty();
      return new Outcome(rows, clean, programme.subList(begun, programme.size()));
    }
  }

  private int[] begin(Scene scene) throws IOException, InterruptedException {
    if (setting.stage().startsUnderLoad) {
      return new int[0];
    }
    scene.start(2, setting.stage().samplers);
    TimeUnit.SECONDS.sleep(WARM_SECONDS);
    int[] warming = scene.takeLatencies();
    TimeUnit.SECONDS.sleep(STEADY_SECONDS);
    int[] steady = scene.takeLatencies();
    say.accept(
        String.format(
            Locale.ROOT,
            "%s %s steady: %.0f spans/s told accepted, answers while warming up and after %s",
            setting.stage(),
            setting.mode(),
            scene.load().acceptedPerSecond(),
            Arrays.toString(new int[] {last(warming), last(steady)})));
    return steady;
  }

  private static int last(int[] sorted) {
    return sorted.length == 0 ? 0 : sorted[sorted.length - 1];
  }

  private void once(Scene scene, Event event) throws Exception {
    Course course = courses.computeIfAbsent(event, e -> new Course());
    if (event.isLoss()) {
      scene.calm().settledLogs(); // what the events before have moved is not this one's to replay
    }
    TimeUnit.MILLISECONDS.sleep(setting.nodeFlags().isEmpty() ? PAUSE_MILLIS : GONE_MILLIS);
    Counted before = new Counted(scene.accounts());
    var unused = scene.takeLatencies();
    course.exposed += scene.openTraces();
    Figures figures = new Figures();
    figures.add("log before s", scene.calm().logSeconds());
    long begin = System.nanoTime();
    course.windows.add(new long[] {begin, Long.MAX_VALUE / 2 + begin});
    event.run(scene, figures);
    course.latencies.add(scene.takeLatencies());
    new Counted(scene.accounts()).since(before, figures);
    event.undo(scene);
    course.windows.get(course.windows.size() - 1)[1] = System.nanoTime();
    if (setting.stage().startsUnderLoad) {
      course.exposed += scene.load().traces().size();
    }
    course.figures.addAll(figures);
    say.accept(
        String.format(
            Locale.ROOT,
            "  %s %s %d ms: %s; behind %d ms",
            event,
            setting.mode(),
            (System.nanoTime() - begin) / 1_000_000,
            figures,
            scene.load().behindMillis()));
  }

  /** Counters of the product that an event is asked about. */
  private record Counted(
      double replayed, double noLease, double splits, double possibleSplits, double forgotten) {
    Counted(Accounts now) {
      this(
          now.sum("ringtail_router_replayed_spans_total"),
          now.sum("ringtail_sampler_postponed_decisions_total", "\"no_lease\""),
          now.sum("ringtail_sampler_split_decisions_total"),
          now.sum("ringtail_sampler_possible_splits"),
          now.sum("ringtail_router_forgotten_spans_total"));
    }

    void since(Counted before, Figures figures) {
      figures
          .addIfAny("spans replayed", replayed - before.replayed)
          .addIfAny("put off for want of a lease", noLease - before.noLease)
          .addIfAny("decided differently", splits - before.splits)
          .addIfAny("holds given up", possibleSplits - before.possibleSplits)
          .addIfAny("spans forgotten", forgotten - before.forgotten);
    }
  }

  private List<Row> rows(Scene scene, int[] steady, List<String> problems) {
    List<Row> rows = new ArrayList<>();
    List<SentTrace> traces = scene.load().traces();
    Verdict all = scene.verdict();
    String whole =
        String.format(
            Locale.ROOT,
            "%s %s %s whole scene: split %d lost %d dup %d of %d traces; %.0f spans/s told accepted,"
                + " %d attempts again, %d spans given up; refusals %s; %s",
            setting.stage(),
            setting.mode(),
            courses.keySet(),
            all.split(),
            all.lost(),
            all.duplicates(),
            all.traces(),
            scene.load().acceptedPerSecond(),
            scene.load().retries(),
            scene.load().givenUpSpans(),
            scene.load().refusals(),
            problems.isEmpty() ? "counters agree" : "PROBLEMS " + problems);
    say.accept(whole);
    courses.forEach(
        (event, course) -> {
          List<SentTrace> seen = traces.stream().filter(course::sawTrace).toList();
          Row row =
              new Row(
                  event,
                  setting.mode(),
                  course.latencies.size(),
                  course.exposed,
                  scene.verdict(seen),
                  steady,
                  sorted(course.latencies),
                  course.figures,
                  problems);
          say.accept(row.toString());
          row.verdict().examples().forEach(example -> say.accept("    " + example));
          rows.add(row);
        });
    return rows;
  }

  private static int[] sorted(List<int[]> parts) {
    return parts.stream().flatMapToInt(Arrays::stream).sorted().toArray();
  }
}
