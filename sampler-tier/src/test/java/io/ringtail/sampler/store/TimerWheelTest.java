package io.ringtail.sampler.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.sampler.buffer.BlockPool;
import io.ringtail.sampler.buffer.TraceTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerWheelTest {
  private final TraceTable traces = new TraceTable(new BlockPool(64 << 10), 1);

  @ParameterizedTest
  @ValueSource(ints = {0, Integer.MAX_VALUE - 20_000})
  void deadline_isMetWithinATick_alsoBeyondATurnAndWhenTheClockWraps(int start) {
    long seed = System.nanoTime();
    System.out.println("seed=" + seed);
    Random random = new Random(seed);
    TimerWheel wheel = new TimerWheel(traces, start);
    Map<Integer, Integer> deadlines = new HashMap<>();
    int now = start;
    for (int i = 0; i < 30_000; i++) {
      int trace = traces.create(0, 1, i);
      int deadline = now + random.nextInt(random.nextInt(10) == 0 ? 150_000 : 3_000) - 10;
      wheel.schedule(trace, deadline);
      deadlines.put(trace, deadline);
      if (random.nextInt(4) == 0) {
        int moved = deadlines.keySet().iterator().next();
        wheel.remove(moved);
        if (random.nextBoolean()) {
          deadlines.put(moved, now + 50);
          wheel.schedule(moved, now + 50);
        } else {
          deadlines.remove(moved);
        }
      }
      now += random.nextInt(5);
      expire(wheel, now, deadlines);
    }
    for (int i = 0; i < 40_000 && wheel.size() > 0; i++) {
      now += 5;
      expire(wheel, now, deadlines);
    }
    assertThat(deadlines).isEmpty();
    assertThat(wheel.size()).isZero();
  }

  private void expire(TimerWheel wheel, int now, Map<Integer, Integer> deadlines) {
    wheel.advance(
        now,
        Integer.MAX_VALUE,
        trace -> {
          int late = now - requireNonNull(deadlines.remove(trace));
          assertThat(late).isBetween(0, 10 + 3 * TimerWheel.TICK_MILLIS);
        });
  }

  @Test
  void advance_withLimit_leavesTheRestForTheNextCall() {
    TimerWheel wheel = new TimerWheel(traces, 0);
    for (int i = 0; i < 10; i++) {
      wheel.schedule(traces.create(0, 1, i), i < 5 ? 16 : 200);
    }
    List<Integer> expired = new ArrayList<>();
    assertThat(wheel.advance(1000, 4, expired::add)).isEqualTo(4);
    assertThat(wheel.advance(1000, 4, expired::add)).isEqualTo(4);
    assertThat(wheel.advance(1000, 4, expired::add)).isEqualTo(2);
    assertThat(expired).doesNotHaveDuplicates();
  }

  @Test
  void advance_afterALongPause_expiresEverythingAtOnce() {
    TimerWheel wheel = new TimerWheel(traces, 0);
    for (int i = 0; i < 100; i++) {
      wheel.schedule(traces.create(0, 1, i), i * 3_000);
    }
    assertThat(wheel.advance(100_000_000, 1000, trace -> {})).isEqualTo(100);
  }
}
