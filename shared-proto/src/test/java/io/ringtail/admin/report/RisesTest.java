package io.ringtail.admin.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RisesTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Rises rises = new Rises(900 * SECOND, series -> !series.equals("other"));

  private void look(long second, long count) {
    rises.look(second * SECOND, Map.of("a", count, "other", count));
  }

  @Test
  void risen_atTheFirstLook_isNotKnownToBeOfLate() {
    look(5, 7);
    assertThat(rises.risen("a")).isZero();
    assertThat(rises.nanosSince("a")).isEmpty();
  }

  @Test
  void risen_withinAQuarterOfAnHour_isToldAndThenForgotten_butNotWhenItWas() {
    look(0, 7);
    look(1, 10);
    look(600, 12);
    assertThat(rises.risen("a")).isEqualTo(5);
    assertThat(rises.nanosSince("a")).hasValue(0);
    look(901, 12);
    assertThat(rises.risen("a")).as("the first is 900 s old").isEqualTo(2);
    look(5_000, 12);
    assertThat(rises.risen("a")).isZero();
    assertThat(rises.nanosSince("a")).hasValue(4_400 * SECOND);
  }

  @Test
  void risen_eachSecondForHours_isWithinTenSecondsOfTheTruth() {
    look(0, 0);
    for (int second = 1; second <= 7_200; second++) {
      look(second, second);
    }
    assertThat(rises.risen("a")).isBetween(890L, 900L);
  }

  @Test
  void series_thatAppears_stoodAtNothing() {
    rises.look(0, Map.of());
    look(1, 3);
    assertThat(rises.risen("a")).isEqualTo(3);
  }

  @Test
  void series_notWatchedOrNotKnown_isNothing() {
    look(0, 0);
    look(1, 9);
    assertThat(rises.risen("other")).isZero();
    assertThat(rises.nanosSince("other")).isEmpty();
    assertThat(rises.risen("nowhere")).isZero();
    assertThat(rises.nanosSince("nowhere")).isEmpty();
  }
}
