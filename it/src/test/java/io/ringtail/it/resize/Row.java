package io.ringtail.it.resize;

import io.ringtail.it.traffic.Verdict;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What is said of one event in one mode.
 *
 * @param times it happened
 * @param exposed traces that were open when it began, over all times
 * @param verdict of the traces that were open at some time while it went on
 * @param steady answers to senders before any event, milliseconds, sorted
 * @param during answers while it went on
 * @param figures what else was measured
 * @param problems why it counts as failed whatever the verdict, none if empty
 */
record Row(
    Event event,
    Verdict.Mode mode,
    int times,
    long exposed,
    Verdict verdict,
    int[] steady,
    int[] during,
    Figures figures,
    List<String> problems) {
  /** The slowest answer to a sender; SDKs give up after 10 s. */
  private static final int SLOWEST_MILLIS = 8_000;

  static final String MARKDOWN_HEAD =
      """
      | event | mode | times | open traces exposed | split | lost | spans twice | answer ms p99 (steady), slowest | also |
      |---|---|---|---|---|---|---|---|---|
      """;

  /** The same event at other times. */
  Row plus(Row other) {
    Figures both = new Figures();
    both.addAll(figures);
    both.addAll(other.figures);
    return new Row(
        event,
        mode,
        times + other.times,
        exposed + other.exposed,
        verdict.plus(other.verdict),
        merged(steady, other.steady),
        merged(during, other.during),
        both,
        Stream.concat(problems.stream(), other.problems.stream()).distinct().toList());
  }

  private static int[] merged(int[] one, int[] other) {
    return IntStream.concat(Arrays.stream(one), Arrays.stream(other)).sorted().toArray();
  }

  boolean isClean() {
    return verdict.isClean() && problems.isEmpty();
  }

  String markdown() {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d | %d | %d | %d | %d | %d (%d), %d%s | %s |%n",
        event.name().toLowerCase(Locale.ROOT).replace('_', ' '),
        mode.name().toLowerCase(Locale.ROOT).replace('_', ' '),
        times,
        exposed,
        verdict.split(),
        verdict.lost(),
        verdict.duplicates(),
        at(during, 0.99),
        at(steady, 0.99),
        at(during, 1),
        at(during, 1) > SLOWEST_MILLIS ? " (!)" : "",
        also());
  }

  private String also() {
    StringJoiner text = new StringJoiner("; ");
    if (!figures.isEmpty()) {
      text.add(figures.toString());
    }
    problems.forEach(text::add);
    return text.toString().replace("|", "/");
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-24s %-11s x%d split %d lost %d dup %d of %d traces (judged %d, exposed %d); answers"
            + " p50/p99/max ms %d/%d/%d steady %d/%d/%d; %s%s",
        event,
        mode,
        times,
        verdict.split(),
        verdict.lost(),
        verdict.duplicates(),
        verdict.traces(),
        verdict.judged(),
        exposed,
        at(during, 0.5),
        at(during, 0.99),
        at(during, 1),
        at(steady, 0.5),
        at(steady, 0.99),
        at(steady, 1),
        figures,
        problems.isEmpty() ? "" : "; FAILED " + problems);
  }

  private static int at(int[] sorted, double share) {
    return sorted.length == 0
        ? 0
        : sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))];
  }
}
