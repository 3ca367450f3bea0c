package io.ringtail.admin.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Counter;
import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.MemoryStatus;
import io.ringtail.admin.v1.ReasonCount;
import io.ringtail.metrics.Metrics;
import java.util.concurrent.TimeUnit;
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
        .containsExactly(count("too_large", 20, 0), count("busy", 10, 3));
    assertThat(recent.reasons(Reasons.Kind.LOSS)).isEmpty();
  }

  private static ReasonCount count(String reason, long sinceStart, long lastMinute) {
    return ReasonCount.newBuilder()
        .setReason(reason)
        .setUnit("requests")
        .setSinceStart(sinceStart)
        .setLastMinute(lastMinute)
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
