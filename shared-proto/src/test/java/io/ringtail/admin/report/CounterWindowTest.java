package io.ringtail.admin.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CounterWindowTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final CounterWindow window = new CounterWindow(60 * SECOND);

  private void add(long second, long count) {
    window.add(second * SECOND, Map.of("a", count, "b", 7L));
  }

  private long gained(long seconds) {
    return window.gained("a"::equals, seconds * SECOND);
  }

  private double perSecond(long seconds) {
    return window.perSecond("a"::equals, seconds * SECOND);
  }

  @Test
  void gained_withoutTwoLooks_isNothing() {
    assertThat(gained(60)).isZero();
    assertThat(perSecond(10)).isZero();
    add(0, 5);
    assertThat(gained(60)).isZero();
    assertThat(perSecond(10)).isZero();
  }

  @Test
  void gained_sinceTheFirstLook_isOfThatTime() {
    add(0, 5);
    add(4, 25);
    assertThat(gained(60)).isEqualTo(20);
    assertThat(perSecond(10)).isEqualTo(5.0);
  }

  @Test
  void gained_overAMinute_forgetsWhatWasBefore() {
    for (int second = 0; second <= 300; second++) {
      add(second, second < 100 ? 1_000L * second : 99_000 + second);
    }
    assertThat(gained(60)).isEqualTo(60);
    assertThat(perSecond(10)).isEqualTo(1.0);
  }

  @Test
  void looks_thatCameLate_areReckonedByTheirTimes() {
    add(0, 0);
    add(1, 10);
    add(31, 310);
    assertThat(perSecond(10)).isEqualTo(10.0);
    add(91, 910);
    add(92, 920);
    assertThat(gained(60)).as("since the look at 31 s").isEqualTo(610);
  }

  @Test
  void counters_thatAppear_stoodAtNothing() {
    window.add(0, Map.of());
    window.add(SECOND, Map.of("a", 3L));
    assertThat(gained(60)).isEqualTo(3);
    assertThat(window.gained("c"::equals, SECOND)).isZero();
  }

  @Test
  void looks_atTheSameTime_giveNoRate() {
    add(1, 1);
    add(1, 2);
    assertThat(perSecond(10)).isZero();
  }
}
