package io.ringtail.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.Metric;
import io.ringtail.metrics.Metrics;
import io.ringtail.trace.TraceId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CanaryMetricsTest {
  private final Metrics metrics = new Metrics();
  private final CanaryMetrics counts = new CanaryMetrics(metrics);

  private static Verdict verdict(int missing, int pieces) {
    List<Verdict.Span> spans = List.of(new Verdict.Span("probe-1 (00)", "a:1", ""));
    return new Verdict(
        new TraceId(1, 2),
        8,
        8 - missing,
        List.of(),
        missing == 0 ? List.of() : spans,
        List.of(),
        List.of(),
        List.of(),
        pieces,
        0,
        false,
        3_000_000_000L);
  }

  private long failures(String reason) {
    String name = "ringtail_probe_failures_total{reason=\"" + reason + "\"}";
    return ((Counter) metric(name)).getCount();
  }

  private Metric metric(String name) {
    return Objects.requireNonNull(metrics.registry().getMetrics().get(name), name);
  }

  @Test
  void runs_ofAllKinds_countedByReason() {
    counts.count(new ProbeResult("a", List.of(verdict(0, 1)), Optional.empty(), 7, 5), 0, 100);
    counts.count(
        new ProbeResult("b", List.of(verdict(1, 2), verdict(0, 2)), Optional.empty(), 0, 5),
        4,
        200);
    counts.count(new ProbeResult("c", List.of(), Optional.of("refused"), 1, 5), 6, 300);

    assertThat(metrics.total("ringtail_probe_runs_total")).isEqualTo(3);
    assertThat(metrics.total("ringtail_probe_ok_runs_total")).isEqualTo(1);
    assertThat(failures("missing")).isEqualTo(1);
    assertThat(failures("pieces")).isEqualTo(1);
    assertThat(failures("unreachable")).isEqualTo(1);
    assertThat(failures("twice")).isZero();
    assertThat(metrics.total("ringtail_probe_sent_spans_total")).isEqualTo(24);
    assertThat(metrics.total("ringtail_probe_missing_spans_total")).isEqualTo(1);
    assertThat(metrics.total("ringtail_probe_foreign_spans_total")).isEqualTo(8);
    assertThat(metrics.total("ringtail_probe_late_spans_total")).isEqualTo(6);
    assertThat(((Gauge<?>) metric("ringtail_probe_last_run_ok")).getValue()).isEqualTo(0.0);
    assertThat(((Gauge<?>) metric("ringtail_probe_last_ok_timestamp_seconds")).getValue())
        .isEqualTo(100.0);
    assertThat(
            ((Histogram) metric("ringtail_probe_until_whole_milliseconds")).getSnapshot().getMax())
        .isEqualTo(3000);
  }
}
