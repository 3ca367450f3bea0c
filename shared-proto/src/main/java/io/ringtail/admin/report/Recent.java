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

  private final Metrics metrics;
  private final CounterWindow window = new CounterWindow(MINUTE_NANOS);

  public Recent(Metrics metrics) {
    this.metrics = metrics;
  }

  /** To be called once a second. */
  public void look(long nowNanos) {
    Map<String, Long> counts = new HashMap<>();
    metrics.registry().getCounters().forEach((series, c) -> counts.put(series, c.getCount()));
    window.add(nowNanos, counts);
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
    List<String> wanted = new ArrayList<>();
    for (int i = 0; i < labels.length; i += 2) {
      wanted.add(labels[i] + "=\"" + labels[i + 1] + '"');
    }
    return series ->
        (series.equals(name) || series.startsWith(name + "{"))
            && wanted.stream().allMatch(series::contains);
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

  /** Reasons of a kind that ever happened, the most frequent first. */
  public List<ReasonCount> reasons(Reasons.Kind kind) {
    Map<String, ReasonCount.Builder> found = new TreeMap<>();
    for (Map.Entry<String, Counter> counter : metrics.registry().getCounters().entrySet()) {
      Series series = Series.parse(counter.getKey());
      Reasons.of(series)
          .filter(reason -> reason.kind() == kind)
          .ifPresent(reason -> add(found, reason, counter.getKey(), counter.getValue()));
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
      Map<String, ReasonCount.Builder> found, Reasons.Reason reason, String series, Counter c) {
    ReasonCount.Builder count =
        found.computeIfAbsent(
            reason.unit() + " " + reason.name(),
            key -> ReasonCount.newBuilder().setReason(reason.name()).setUnit(reason.unit()));
    count
        .setSinceStart(count.getSinceStart() + c.getCount())
        .setLastMinute(count.getLastMinute() + window.gained(series::equals, MINUTE_NANOS));
  }
}
