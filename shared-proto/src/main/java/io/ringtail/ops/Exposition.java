package io.ringtail.ops;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.Metric;
import com.codahale.metrics.Snapshot;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Series;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns a node's metrics and those of its JVM into text. Counters and gauges come out as such,
 * histograms as summaries of the last minute (the count is of all time; there is no sum, Dropwizard
 * keeps none). Threads: any.
 */
public final class Exposition {
  private final Metrics metrics;
  private final Counter failures;
  private final PrometheusRegistry jvm = new PrometheusRegistry();
  private final ExpositionFormats formats = ExpositionFormats.init();

  public Exposition(Metrics metrics) {
    this.metrics = metrics;
    this.failures =
        metrics.counter(
            "ringtail_ops_gauge_failures_total",
            "Gauges whose value could not be read, and so came out as NaN.");
    JvmMetrics.builder().register(jvm);
  }

  /** Content type for what a client accepts: OpenMetrics if it asks for it, else Prometheus. */
  String contentType(@Nullable String accept) {
    return writer(accept).getContentType();
  }

  /** All of it in Prometheus' text format 0.0.4. */
  public String text() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(64 << 10);
    try {
      write(null, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString(UTF_8);
  }

  /**
   * @param out borrowed, not closed
   */
  void write(@Nullable String accept, OutputStream out) throws IOException {
    List<MetricSnapshot> families = families();
    jvm.scrape().stream().forEach(families::add);
    writer(accept).write(out, new MetricSnapshots(families), EscapingScheme.UNDERSCORE_ESCAPING);
  }

  private ExpositionFormatWriter writer(@Nullable String accept) {
    return accept != null && accept.contains("application/openmetrics-text")
        ? formats.getOpenMetricsTextFormatWriter()
        : formats.getPrometheusTextFormatWriter();
  }

  private List<MetricSnapshot> families() {
    Map<String, Map<Series, Metric>> byName = new TreeMap<>();
    metrics
        .registry()
        .getMetrics()
        .forEach(
            (registered, metric) -> {
              Series series = Series.parse(registered);
              byName.computeIfAbsent(series.name(), n -> new TreeMap<>()).put(series, metric);
            });
    List<MetricSnapshot> families = new ArrayList<>();
    byName.forEach((name, series) -> families.add(family(name, series)));
    return families;
  }

  private MetricSnapshot family(String name, Map<Series, Metric> series) {
    String help = metrics.help().getOrDefault(name, "");
    Metric first = series.values().iterator().next();
    if (first instanceof Counter) {
      String family = name.endsWith("_total") ? name.substring(0, name.length() - 6) : name;
      CounterSnapshot.Builder b = CounterSnapshot.builder().name(family).help(help);
      series.forEach((s, m) -> b.dataPoint(point(s, (Counter) m)));
      return b.build();
    }
    if (first instanceof Gauge<?>) {
      GaugeSnapshot.Builder b = GaugeSnapshot.builder().name(name).help(help);
      series.forEach((s, m) -> b.dataPoint(point(s, (Gauge<?>) m)));
      return b.build();
    }
    if (first instanceof Histogram) {
      SummarySnapshot.Builder b = SummarySnapshot.builder().name(name).help(help);
      series.forEach((s, m) -> b.dataPoint(point(s, (Histogram) m)));
      return b.build();
    }
    throw new AssertionError(name + ": " + first.getClass());
  }

  private static CounterDataPointSnapshot point(Series s, Counter counter) {
    return CounterDataPointSnapshot.builder()
        .labels(labels(s))
        .value((double) Math.max(0, counter.getCount()))
        .build();
  }

  private GaugeDataPointSnapshot point(Series s, Gauge<?> gauge) {
    return GaugeDataPointSnapshot.builder().labels(labels(s)).value(value(gauge)).build();
  }

  @SuppressWarnings("CatchAndPrintStackTrace") // one broken gauge must not hide all the others
  private double value(Gauge<?> gauge) {
    try {
      return gauge.getValue() instanceof Number n ? n.doubleValue() : Double.NaN;
    } catch (RuntimeException e) {
      failures.inc();
      return Double.NaN;
    }
  }

  private static SummaryDataPointSnapshot point(Series s, Histogram histogram) {
    Snapshot values = histogram.getSnapshot();
    return SummaryDataPointSnapshot.builder()
        .labels(labels(s))
        .count(histogram.getCount())
        .quantiles(
            Quantiles.of(
                new Quantile(0.5, values.getMedian()),
                new Quantile(0.9, values.getValue(0.9)),
                new Quantile(0.99, values.get99thPercentile()),
                new Quantile(1, values.getMax())))
        .build();
  }

  private static io.prometheus.metrics.model.snapshots.Labels labels(Series s) {
    return io.prometheus.metrics.model.snapshots.Labels.of(s.labels().toArray(new String[0]));
  }
}
