package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void delay_doublesWithinItsUpperHalfUpToTheMaximum() {
    Backoff backoff = new Backoff(5_000, 30_000, new Random(1));
    for (int i = 0; i < 100; i++) {
      assertThat(backoff.delayNanos(1)).isBetween(2_500L, 5_000L);
      assertThat(backoff.delayNanos(2)).isBetween(5_000L, 10_000L);
      assertThat(backoff.delayNanos(4)).isBetween(15_000L, 30_000L);
      assertThat(backoff.delayNanos(Integer.MAX_VALUE)).isBetween(15_000L, 30_000L);
    }
  }
}
