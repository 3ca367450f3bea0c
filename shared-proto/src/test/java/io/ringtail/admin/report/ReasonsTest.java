package io.ringtail.admin.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReasonsTest {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(ringtail_[a-z_]+)` \\| counter \\| ([^|]*) \\|");

  /** Of the page, which is held against a running cluster; the values are held by each tier. */
  @Test
  void counters_withAReasonOrCause_standInTheTable() throws IOException {
    Set<String> documented = new TreeSet<>();
    Matcher row = ROW.matcher(Files.readString(Path.of("..", "docs", "metrics.md")));
    while (row.find()) {
      List<String> labels = List.of(row.group(2).split(", "));
      if (labels.contains("reason") || labels.contains("cause")) {
        documented.add(row.group(1));
      }
    }
    assertThat(documented).hasSizeGreaterThan(5);
    assertThat(Reasons.counters()).isEqualTo(documented);
  }

  @Test
  void value_notInTheTable_isMissing() {
    Metrics metrics = new Metrics();
    String dropped = "ringtail_sampler_dropped_spans_total";
    metrics.counter(dropped, "Help.", "reason", "late");
    metrics.counter(dropped, "Help.", "reason", "moonlight");
    metrics.counter("ringtail_other_total", "Help.", "cause", "x");
    metrics.counter("ringtail_plain_total", "Help.");
    assertThat(Reasons.missing(metrics))
        .containsExactly("ringtail_other_total{cause=\"x\"}", dropped + "{reason=\"moonlight\"}");
  }

  @Test
  void reasons_sayWhatTheyMeanForWhoSent() {
    assertThat(kind("ringtail_router_refused_spans_total", "reason", "busy"))
        .isEqualTo(Reasons.Kind.REFUSAL);
    assertThat(kind("ringtail_sampler_dropped_spans_total", "reason", "not_sampled"))
        .isEqualTo(Reasons.Kind.NEITHER);
    assertThat(kind("ringtail_sampler_dropped_spans_total", "reason", "shutdown"))
        .isEqualTo(Reasons.Kind.LOSS);
    assertThat(kind("ringtail_sampler_decisions_total", "cause", "high_water"))
        .isEqualTo(Reasons.Kind.EARLY_DECISION);
    Series lost =
        new Series(
            "ringtail_sampler_export_lost_spans_total",
            List.of("destination", "otlp", "reason", "too_large"));
    assertThat(Reasons.of(lost).orElseThrow().name()).isEqualTo("export_too_large");
  }

  private static Reasons.Kind kind(String counter, String label, String value) {
    return Reasons.of(new Series(counter, List.of(label, value))).orElseThrow().kind();
  }
}
