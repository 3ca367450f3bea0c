package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class InFlightBytesTest {
  private final InFlightBytes bytes = new InFlightBytes(1_000, 1_000);

  @Test
  void reserve_upToTheBudget_isTakenAndNoByteMore() {
    assertThat(bytes.reserve(999)).isTrue();
    assertThat(bytes.reserve(2)).isFalse();
    assertThat(bytes.bytes()).isEqualTo(999);
    assertThat(bytes.reserve(1)).isTrue();
    assertThat(bytes.spent()).isTrue();
    assertThat(bytes.reserve(Long.MAX_VALUE)).isFalse();
    assertThat(bytes.reserve(-400)).isTrue();
    assertThat(bytes.bytes()).isEqualTo(600);
  }

  @Test
  void reserve_whileLargerOnesAreRefused_isNotInTheirWay() {
    AtomicInteger taken = new AtomicInteger();
    Thread large =
        new Thread(
            () -> {
              for (int i = 0; i < 10_000_000; i++) {
                taken.addAndGet(bytes.reserve(1_001) ? 1 : 0);
              }
            });
    large.start();
    int refused = 0;
    while (large.isAlive()) {
      if (bytes.reserve(1)) {
        bytes.release(1);
      } else {
        refused++;
      }
    }
    assertThat(refused).isZero();
    assertThat(taken.get()).isZero();
    assertThat(bytes.bytes()).isZero();
  }
}
