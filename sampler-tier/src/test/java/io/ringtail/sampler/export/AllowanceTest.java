package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowanceTest {
  private static final long SECOND = 1_000_000_000L;

  private static int taken(Allowance allowance, long nowNanos) {
    int taken = 0;
    while (allowance.take(nowNanos)) {
      taken++;
    }
    return taken;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -5_000_000_000_000L, Long.MAX_VALUE - 5})
  void takes_soManyAtOnceThenAsTimePasses(long startNanos) {
    Allowance allowance = new Allowance(40, 20);
    assertThat(taken(allowance, startNanos)).isEqualTo(40);
    assertThat(taken(allowance, startNanos + SECOND / 20 - 1)).isZero();
    assertThat(taken(allowance, startNanos + SECOND / 20)).isEqualTo(1);
    assertThat(taken(allowance, startNanos + SECOND)).isEqualTo(19);
  }

  @Test
  void takes_afterALongRest_noMoreThanAtOnce() {
    Allowance allowance = new Allowance(40, 20);
    assertThat(taken(allowance, 0)).isEqualTo(40);
    assertThat(taken(allowance, 1_000 * SECOND)).isEqualTo(40);
  }
}
