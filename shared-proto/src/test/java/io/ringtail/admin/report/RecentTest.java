package io.ringtail.admin.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.MemoryStatus;
import io.ringtail.admin.v1.ReasonCount;
import io.ringtail.metrics.Metrics;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentTest {
  private static final String REFUSED = "ringtail_router_refused_requests_total";

  private final Metrics metrics = new Metrics();
  private final Recent recent = new Recent(metrics);

  private Counter refused(String protocol, String reason) {
    return metrics.counter(REFUSED, "Help.", "protocol", protocol, "reason", reason);
  }

  private void look(long second) {
    recent.look(TimeUnit.SECONDS.toNanos(second));
  }

  @Test
  void reasons_thatHappened_areSummedOverOtherLabels() {
    Counter grpc = refused("grpc", "busy");
    Counter http = refused("http", "busy");
    refused("grpc", "malformed");
    refused("grpc", "too_large").inc(20);
    refused("grpc", "abandoned").inc(99);
    grpc.inc(3);
    http.inc(4);
    look(0);
    http.inc(2);
    look(61);
    grpc.inc();
    look(62);
    assertThat(recent.reasons(Reasons.Kind.REFUSAL))
        .containsExactly(count("too_large", 20, 0, 0, -1), count("busy", 10, 3, 3, 0));
    assertThat(recent.reasons(Reasons.Kind.LOSS)).isEmpty();
    look(62 + 600);
    assertThat(recent.reasons(Reasons.Kind.REFUSAL).get(1)).isEqualTo(count("busy", 10, 0, 3, 600));
    look(62 + 900);
    assertThat(recent.reasons(Reasons.Kind.REFUSAL).get(1)).isEqualTo(count("busy", 10, 0, 0, 900));
  }

  @Test
  void reasons_ofOneLabel_areThoseOfItsSeries() {
    String lost = "ringtail_sampler_export_lost_spans_total";
    look(0);
    metrics.counter(lost, "Help.", "destination", "otlp", "reason", "rejected").inc(3);
    metrics.counter(lost, "Help.", "destination", "file", "reason", "rejected").inc(5);
    look(1);
    assertThat(recent.reasons(Reasons.Kind.LOSS, "destination", "file"))
        .singleElement()
        .satisfies(c -> assertThat(c.getLast15Minutes()).isEqualTo(5));
    assertThat(recent.reasons(Reasons.Kind.LOSS))
        .singleElement()
        .satisfies(c -> assertThat(c.getLast15Minutes()).isEqualTo(8));
  }

  @Test
  void possibleSplits_thoughAGauge_areCountedWithTheirTime() {
    String gauge = "ringtail_sampler_possible_splits";
    AtomicLong splits = new AtomicLong();
    metrics.gauge(gauge, "Help.", splits::get);
    look(0);
    splits.set(2);
    look(100);
    look(160);
    assertThat(recent.counted(gauge, "no_progress", "holds"))
        .isEqualTo(
            ReasonCount.newBuilder()
                .setReason("no_progress")
                .setUnit("holds")
                .setSinceStart(2)
                .setLast15Minutes(2)
                .setSecondsSinceLast(60)
                .build());
  }

  private static ReasonCount count(
      String reason,
      long sinceStart,
      long lastMinute,
      long last15Minutes,
      double secondsSinceLast) {
    return ReasonCount.newBuilder()
        .setReason(reason)
        .setUnit("requests")
        .setSinceStart(sinceStart)
        .setLastMinute(lastMinute)
        .setLast15Minutes(last15Minutes)
        .setSecondsSinceLast(secondsSinceLast)
        .build();
  }

  @Test
  void rates_ofACounter_areSummedOverItsLabelsAndNotOverItsNamesakes() {
    look(0);
    refused("grpc", "busy").inc(30);
    refused("http", "busy").inc(10);
    metrics.counter(REFUSED.replace("_total", "_twice_total"), "Help.").inc(1_000);
    look(10);
    assertThat(recent.perSecond(REFUSED)).isEqualTo(4.0);
    assertThat(recent.lastMinute(REFUSED)).isEqualTo(40);
    assertThat(recent.lastMinute(REFUSED, "protocol", "http", "reason", "busy")).isEqualTo(10);
    assertThat(recent.total(REFUSED)).isEqualTo(40);
  }

  @Test
  void gauges_thereOrNot_areANumber() {
    metrics.gauge("ringtail_a_bytes", "Help.", () -> 5, "of", "x");
    metrics.gauge("ringtail_a_limit_bytes", "Help.", () -> 9, "of", "x");
    metrics.gauge(
        "ringtail_broken",
        "Help.",
        () -> {
          throw new IllegalStateException("broken");
        });
    assertThat(recent.level("ringtail_a_bytes", "ringtail_a_limit_bytes", "of", "x"))
        .isEqualTo(Level.newBuilder().setUsed(5).setCapacity(9).build());
    assertThat(recent.value("ringtail_a_bytes")).isZero();
    assertThat(recent.value("ringtail_broken")).isZero();
    assertThat(metrics.value("ringtail_nowhere")).isNaN();
  }

  @Test
  void memory_ofThisProcess_isThere() {
    MemoryStatus memory = ProcessMemory.status();
    assertThat(memory.getHeapBytes().getUsed()).isPositive();
    assertThat(memory.getHeapBytes().getCapacity()).isEqualTo(Runtime.getRuntime().maxMemory());
    assertThat(memory.getDirectBytes().getCapacity()).isPositive();
    assertThat(memory.getResidentBytes()).isGreaterThan(memory.getHeapBytes().getUsed() / 2);
  }
}
