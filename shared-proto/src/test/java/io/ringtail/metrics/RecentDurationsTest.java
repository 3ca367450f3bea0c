package io.ringtail.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RecentDurationsTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final RecentDurations durations = new RecentDurations();

  @Test
  void quantiles_ofNothing_areZero() {
    assertThat(durations.millis(0.5, 5 * SECOND)).isZero();
  }

  @Test
  void quantiles_ofManyValues_areAtMostAnEighthTooHigh() {
    for (int i = 1; i <= 1_000; i++) {
      durations.record(SECOND, i * MILLI);
    }
    assertThat(durations.millis(0.5, SECOND)).isBetween(500.0, 563.0);
    assertThat(durations.millis(0.99, SECOND)).isBetween(990.0, 1_114.0);
    assertThat(durations.millis(1, SECOND)).isBetween(1_000.0, 1_125.0);
    assertThat(durations.millis(0, SECOND)).isBetween(1.0, 1.126);
  }

  @Test
  void quantile_ofOneValue_isThatValueAtEverySize() {
    for (long nanos = 1_000; nanos < 100 * SECOND; nanos = nanos * 5 / 4 + 1) {
      RecentDurations one = new RecentDurations();
      one.record(-SECOND, nanos);
      double millis = nanos / 1e6;
      assertThat(one.millis(0.5, -SECOND)).isCloseTo(millis, within(millis / 8 + 0.0011));
    }
  }

  @Test
  void values_outOfRange_areTheLeastOrTheMost() {
    durations.record(0, -5);
    assertThat(durations.millis(1, 0)).isEqualTo(0.001);
    durations.record(0, TimeUnit.HOURS.toNanos(3));
    assertThat(durations.millis(1, 0)).isGreaterThan(120_000);
  }

  @Test
  void values_olderThanAMinute_areForgotten() {
    durations.record(0, 100 * MILLI);
    for (int second = 5; second < 60; second += 5) {
      durations.record(second * SECOND, MILLI);
    }
    assertThat(durations.millis(1, 60 * SECOND)).isGreaterThan(100);
    assertThat(durations.millis(1, 70 * SECOND)).isLessThan(2);
    assertThat(durations.millis(1, 200 * SECOND)).isZero();
    durations.record(140 * SECOND, 3 * MILLI);
    assertThat(durations.millis(0, 140 * SECOND)).isBetween(3.0, 3.4);
  }
}
