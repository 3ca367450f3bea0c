package io.ringtail.admin.report;

import com.codahale.metrics.Counter;
import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.ReasonCount;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Series;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A node's metrics, with what its counters gained of late. Threads: any to ask, one to {@link
 * #look}.
 */
public final class Recent {
  private static final long RATE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long LATELY_NANOS = TimeUnit.MINUTES.toNanos(15);
  private static final double NANOS_A_SECOND = 1e9;
  private static final double NOT_KNOWN = -1;

  /** Counts that are shown as gauges: of one start of what counts them. */
  private static final Set<String> COUNTING_GAUGES = Set.of("ringtail_sampler_possible_splits");

  private final Metrics metrics;
  private final CounterWindow window = new CounterWindow(MINUTE_NANOS);
  private final Rises rises = new Rises(LATELY_NANOS, Recent::isTold);

  public Recent(Metrics metrics) {
    this.metrics = metrics;
  }

  /** To be called once a second. */
  public void look(long nowNanos) {
    Map<String, Long> counts = new HashMap<>();
    metrics.registry().getCounters().forEach((series, c) -> counts.put(series, c.getCount()));
    for (String gauge : COUNTING_GAUGES) {
      double value = metrics.value(gauge);
      if (!Double.isNaN(value)) {
        counts.put(gauge, (long) value);
      }
    }
    window.add(nowNanos, counts);
    rises.look(nowNanos, counts);
  }

  private static boolean isTold(String series) {
    return COUNTING_GAUGES.contains(series)
        || Reasons.of(Series.parse(series))
            .filter(reason -> reason.kind() != Reasons.Kind.NEITHER)
            .isPresent();
  }

  /**
   * Of a counter, over ten seconds, summed over the labels it has besides those.
   *
   * @param labels key, value, key, value …
   */
  public double perSecond(String name, String... labels) {
    return window.perSecond(series(name, labels), RATE_NANOS);
  }

  /** What a counter gained in the last minute, summed over the labels it has besides those. */
  public long lastMinute(String name, String... labels) {
    return window.gained(series(name, labels), MINUTE_NANOS);
  }

  private static Predicate<String> series(String name, String... labels) {
    Predicate<String> labelled = labelled(labels);
    return series ->
        (series.equals(name) || series.startsWith(name + "{")) && labelled.test(series);
  }

  private static Predicate<String> labelled(String... labels) {
    List<String> wanted = new ArrayList<>();
    for (int i = 0; i < labels.length; i += 2) {
      wanted.add(labels[i] + "=\"" + labels[i + 1] + '"');
    }
    return series -> wanted.stream().allMatch(series::contains);
  }

  /** A counter summed over the labels it has besides those; 0 if there is none. */
  public long total(String name, String... labels) {
    Predicate<String> series = series(name, labels);
    long sum = 0;
    for (Map.Entry<String, Counter> counter : metrics.registry().getCounters().entrySet()) {
      sum += series.test(counter.getKey()) ? counter.getValue().getCount() : 0;
    }
    return sum;
  }

  /** What a gauge says; 0 if there is none. */
  public double value(String name, String... labels) {
    double value = metrics.value(name, labels);
    return Double.isNaN(value) ? 0 : value;
  }

  /** Two gauges as an amount and its limit. */
  public Level level(String used, String capacity, String... labels) {
    return Level.newBuilder()
        .setUsed((long) Math.max(0, value(used, labels)))
        .setCapacity((long) Math.max(0, value(capacity, labels)))
        .build();
  }

  /**
   * Reasons of a kind that ever happened, the most frequent first.
   *
   * @param labels key, value, key, value … that their series must have
   */
  public List<ReasonCount> reasons(Reasons.Kind kind, String... labels) {
    Predicate<String> labelled = labelled(labels);
    Map<String, ReasonCount.Builder> found = new TreeMap<>();
    for (Map.Entry<String, Counter> counter : metrics.registry().getCounters().entrySet()) {
      Series series = Series.parse(counter.getKey());
      Reasons.of(series)
          .filter(reason -> reason.kind() == kind && labelled.test(counter.getKey()))
          .ifPresent(reason -> add(found, reason, counter.getKey(), counter.getValue().getCount()));
    }
    List<ReasonCount> counts = new ArrayList<>();
    found.values().stream()
        .filter(count -> count.getSinceStart() > 0)
        .map(ReasonCount.Builder::build)
        .sorted(java.util.Comparator.comparingLong(ReasonCount::getSinceStart).reversed())
        .forEach(counts::add);
    return counts;
  }

  private void add(
      Map<String, ReasonCount.Builder> found, Reasons.Reason reason, String series, long total) {
    add(
        found.computeIfAbsent(
            reason.unit() + " " + reason.name(), key -> none(reason.name(), reason.unit())),
        series,
        total);
  }

  private static ReasonCount.Builder none(String reason, String unit) {
    return ReasonCount.newBuilder().setReason(reason).setUnit(unit).setSecondsSinceLast(NOT_KNOWN);
  }

  private void add(ReasonCount.Builder count, String series, long total) {
    count
        .setSinceStart(count.getSinceStart() + total)
        .setLastMinute(count.getLastMinute() + window.gained(series::equals, MINUTE_NANOS))
        .setLast15Minutes(count.getLast15Minutes() + rises.risen(series));
    rises
        .nanosSince(series)
        .ifPresent(
            nanos -> {
              double seconds = nanos / NANOS_A_SECOND;
              double before = count.getSecondsSinceLast();
              count.setSecondsSinceLast(before < 0 ? seconds : Math.min(before, seconds));
            });
  }

  /**
   * A count that is shown as a gauge, as a reason is told.
   *
   * @param gauge one of those {@link #look} knows
   */
  public ReasonCount counted(String gauge, String reason, String unit) {
    ReasonCount.Builder count = none(reason, unit);
    add(count, gauge, (long) value(gauge));
    return count.build();
  }
}
