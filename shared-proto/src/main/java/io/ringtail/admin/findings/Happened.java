package io.ringtail.admin.findings;

import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.ReasonCount;
import io.ringtail.wording.Counted;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What happened of late, over all nodes and by reason: within the last quarter of an hour, so that
 * who comes a little later still finds it and nobody is told for ever. Since the start it is a note
 * besides.
 */
final class Happened {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final long MILLIS_A_SECOND = 1000;

  private final Map<String, Long> now = new TreeMap<>();
  private final Map<String, Long> lately = new TreeMap<>();
  private final Map<String, Long> sinceStart = new TreeMap<>();
  private final List<String> nodes = new ArrayList<>();
  private final long atMillis;
  private double secondsSinceLast = Double.MAX_VALUE;

  private Happened(long atMillis) {
    this.atMillis = atMillis;
  }

  /**
   * @param which reasons
   */
  static Happened of(
      Gathered all,
      List<NodeStatus> nodes,
      Function<NodeStatus, List<ReasonCount>> counts,
      Predicate<String> which) {
    Happened happened = new Happened(all.status().getAtMs());
    for (NodeStatus node : nodes) {
      List<ReasonCount> ours =
          counts.apply(node).stream().filter(c -> which.test(c.getReason())).toList();
      ours.forEach(happened::add);
      if (ours.stream().anyMatch(c -> lately(c) > 0)) {
        happened.nodes.add(node.getNodeId());
      }
    }
    return happened;
  }

  private void add(ReasonCount count) {
    sinceStart.merge(count.getUnit(), count.getSinceStart(), Long::sum);
    if (lately(count) == 0) {
      return;
    }
    String key = count.getReason() + " " + count.getUnit();
    lately.merge(key, lately(count), Long::sum);
    if (count.getLastMinute() > 0) {
      now.merge(key, count.getLastMinute(), Long::sum);
    }
    if (count.getSecondsSinceLast() >= 0) {
      secondsSinceLast = Math.min(secondsSinceLast, count.getSecondsSinceLast());
    }
  }

  /** A node's of another version may tell of the last minute alone. */
  private static long lately(ReasonCount count) {
    return Math.max(count.getLast15Minutes(), count.getLastMinute());
  }

  /** Nothing within the last quarter of an hour. */
  boolean isNothing() {
    return lately.isEmpty();
  }

  /** Some of it within the last minute: it may go on. */
  boolean isNow() {
    return !now.isEmpty();
  }

  /** Where it happened. */
  List<String> nodes() {
    return nodes;
  }

  /** How many of a unit, lately. */
  long count(String unit) {
    return lately.entrySet().stream()
        .filter(e -> unitOf(e.getKey()).equals(unit))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** The most frequent first: of the last minute if there are any, else of the quarter hour. */
  List<String> reasons() {
    return (isNow() ? now : lately)
        .entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .map(e -> reasonOf(e.getKey()))
            .distinct()
            .toList();
  }

  private static String reasonOf(String key) {
    return key.substring(0, key.indexOf(' '));
  }

  private static String unitOf(String key) {
    return key.substring(key.indexOf(' ') + 1);
  }

  /** {@code 120 requests (busy), 3 parts (bytes)}. */
  String listed() {
    return lately.entrySet().stream()
        .map(
            e ->
                Counted.ofUnit(e.getValue(), unitOf(e.getKey()))
                    + " ("
                    + reasonOf(e.getKey())
                    + ")")
        .collect(Collectors.joining(", "));
  }

  /** {@code "; the last 4 min ago, at 05:13:22Z; 1,234 spans since the start"}. */
  String when() {
    String last =
        secondsSinceLast == Double.MAX_VALUE
            ? ""
            : "; the last "
                + Words.seconds(secondsSinceLast)
                + " ago, at "
                + TIME.format(
                    Instant.ofEpochMilli(
                        atMillis - Math.round(secondsSinceLast * MILLIS_A_SECOND)));
    String more =
        sinceStart.entrySet().stream()
            .filter(e -> e.getValue() > count(e.getKey()) && count(e.getKey()) > 0)
            .map(e -> Counted.ofUnit(e.getValue(), e.getKey()))
            .collect(Collectors.joining(", "));
    return last + (more.isEmpty() ? "" : "; " + more + " since the start");
  }
}
