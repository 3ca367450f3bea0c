package io.ringtail.admin.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AwakeTimerTest {
  private final ManualTimer time = new ManualTimer();
  private final AtomicInteger runs = new AtomicInteger();

  private AwakeTimer.Countdown inASecond() {
    return time.awake().after(Duration.ofSeconds(1), runs::incrementAndGet);
  }

  @AfterEach
  void stop() {
    time.shutdownNow();
  }

  @Test
  void processThatRuns_atItsTime_once() {
    inASecond();
    time.passMillis(999);
    assertThat(runs).hasValue(0);
    time.passMillis(1);
    assertThat(runs).hasValue(1);
    time.pass();
    assertThat(runs).hasValue(1);
  }

  @Test
  void pause_isNotCounted() {
    inASecond();
    time.passMillis(900);
    time.standStillMillis(60_000);
    assertThat(runs).hasValue(0);
    time.passMillis(100);
    assertThat(runs).hasValue(1);
  }

  @Test
  void processThatIsSlow_comesToAnEnd() {
    inASecond();
    int stillMillis = 0;
    while (runs.get() == 0) {
      time.standStillMillis(300);
      stillMillis += 300;
    }
    assertThat(stillMillis).isLessThanOrEqualTo(1_800);
  }

  @Test
  void cancelled_neverRuns() {
    inASecond().cancel();
    time.pass();
    assertThat(runs).hasValue(0);
  }
}
