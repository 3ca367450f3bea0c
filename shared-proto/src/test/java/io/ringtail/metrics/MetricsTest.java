package io.ringtail.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private final Metrics metrics = new Metrics();

  @Test
  void series_anyLabelValue_roundTrips() {
    String value = "a\"b\\c\nd,e=\"f\"}";
    metrics.counter("ringtail_x_total", "X.", "path", value, "reason", "").inc();
    String registered = metrics.registry().getCounters().firstKey();
    assertThat(registered).startsWith("ringtail_x_total{path=\"a\\\"b\\\\c\\nd,e=");
    assertThat(Series.parse(registered))
        .isEqualTo(new Series("ringtail_x_total", List.of("path", value, "reason", "")));
  }

  @Test
  void total_severalLabels_sumsThatCounterAlone() {
    metrics.counter("ringtail_x_total", "X.", "reason", "a").inc(2);
    metrics.counter("ringtail_x_total", "X.", "reason", "b").inc(3);
    metrics.counter("ringtail_x_y_total", "Y.").inc(7);
    assertThat(metrics.total("ringtail_x_total")).isEqualTo(5);
    assertThat(metrics.total("ringtail_x_y_total")).isEqualTo(7);
    assertThat(metrics.total("ringtail_z_total")).isZero();
  }

  @Test
  void gauge_removed_isGone() {
    metrics.gauge("ringtail_links", "Links.", () -> 1, "to", "a");
    metrics.removeGauge("ringtail_links", "to", "a");
    assertThat(metrics.registry().getMetrics()).isEmpty();
  }

  @Test
  void counter_withoutTotal_isRefused() {
    assertThatThrownBy(() -> metrics.counter("ringtail_spans", "Spans."))
        .hasMessageContaining("ringtail_spans: counter (expected a name ending in _total");
  }

  @Test
  void gauge_sameFamilyAsCounter_isRefused() {
    metrics.counter("ringtail_spans_total", "Spans.");
    assertThatThrownBy(() -> metrics.gauge("ringtail_spans", "Spans.", () -> 1))
        .hasMessageContaining("ringtail_spans is a counter");
  }
}
