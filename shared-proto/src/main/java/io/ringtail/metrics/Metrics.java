package io.ringtail.metrics;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.SlidingTimeWindowArrayReservoir;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * A node's metrics. A metric is named in Prometheus style with a unit suffix ({@code
 * ringtail_router_received_spans_total}); labels are fixed when it is looked up and become part of
 * its registry name as {@code name{key="value"}}. No help text, no metric. Threads: any.
 */
public final class Metrics {
  private final MetricRegistry registry = new MetricRegistry();
  private final Map<String, String> help = new ConcurrentHashMap<>();
  private final Map<String, String> kinds = new ConcurrentHashMap<>();

  /**
   * @param labels key, value, key, value …
   */
  public Counter counter(String name, String helpText, String... labels) {
    return registry.counter(series(name, "counter", helpText, labels));
  }

  /** A value read when it is asked for; registering the same series again replaces it. */
  public void gauge(String name, String helpText, DoubleSupplier value, String... labels) {
    String series = series(name, "gauge", helpText, labels);
    registry.remove(series);
    Gauge<Double> gauge = value::getAsDouble;
    registry.register(series, gauge);
  }

  /** Takes a gauge away whose subject is gone (a link to a departed sampler). */
  public void removeGauge(String name, String... labels) {
    registry.remove(seriesName(name, labels));
  }

  /** Values of the last minute; record once a batch, not a span. */
  public Histogram histogram(String name, String helpText, String... labels) {
    return registry.histogram(
        series(name, "histogram", helpText, labels),
        () -> new Histogram(new SlidingTimeWindowArrayReservoir(60, TimeUnit.SECONDS)));
  }

  /**
   * What a counter stands at, summed over its labels; 0 if nobody has looked it up.
   *
   * @param name with its {@code _total}, without labels
   */
  public long total(String name) {
    long sum = 0;
    for (Map.Entry<String, Counter> counter : registry.getCounters().entrySet()) {
      String series = counter.getKey();
      if (series.equals(name) || series.startsWith(name + "{")) {
        sum += counter.getValue().getCount();
      }
    }
    return sum;
  }

  /**
   * What a gauge says now.
   *
   * @param labels key, value, key, value …
   * @return NaN if there is none of that name and these labels, or it cannot be read
   */
  public double value(String name, String... labels) {
    Metric metric = registry.getMetrics().get(seriesName(name, labels));
    try {
      return metric instanceof Gauge<?> gauge && gauge.getValue() instanceof Number n
          ? n.doubleValue()
          : Double.NaN;
    } catch (RuntimeException e) { // counted where it is served
      return Double.NaN;
    }
  }

  public MetricRegistry registry() {
    return registry;
  }

  /** Help text by metric name without labels. */
  public Map<String, String> help() {
    return help;
  }

  private String series(String name, String kind, String helpText, String... labels) {
    checkName(name, kind);
    help.putIfAbsent(name, helpText);
    return seriesName(name, labels);
  }

  /** Both text formats know a counter by its name without {@code _total}, so that must be free. */
  private void checkName(String name, String kind) {
    boolean total = name.endsWith("_total");
    if (total != kind.equals("counter")) {
      throw new IllegalArgumentException(
          name + ": " + kind + " (expected a name ending in _total for counters and only these)");
    }
    String family = total ? name.substring(0, name.length() - "_total".length()) : name;
    String taken = kinds.putIfAbsent(family, kind);
    if (taken != null && !taken.equals(kind)) {
      throw new IllegalArgumentException(
          name + ": " + kind + " (expected another name: " + family + " is a " + taken + ")");
    }
  }

  private static String seriesName(String name, String... labels) {
    return new Series(name, List.of(labels)).toString();
  }
}
