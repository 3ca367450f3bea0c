package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
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
  void reserve_whileLargerOnesAreRefused_isNotInTheirWay() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    Thread refused =
        new Thread(
            () -> {
              while (!stop.get()) {
                assertThat(bytes.reserve(1_001)).isFalse();
              }
            });
    refused.start();
    int small = 0;
    for (int i = 0; i < 300_000; i++) {
      if (bytes.reserve(1)) {
        bytes.release(1);
        small++;
      }
    }
    stop.set(true);
    refused.join();
    assertThat(small).isEqualTo(300_000);
    assertThat(bytes.bytes()).isZero();
  }
}
