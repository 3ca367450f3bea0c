package io.ringtail.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.primitives.Longs;
import org.junit.jupiter.api.Test;

class PacerTest {
  @Test
  void pacer_spacesLinesAsRecorded_dividedBySpeed() {
    long day = 1_700_000_000_000_000_000L;
    Pacer twice = new Pacer(2, 1000);
    assertThat(
            Longs.asList(
                twice.dueNanos(day),
                twice.dueNanos(day + 600),
                twice.dueNanos(day - 5),
                twice.dueNanos(0)))
        .containsExactly(1000L, 1300L, 1000L, 1000L);
    assertThat(new Pacer(0, 1000).dueNanos(day)).isEqualTo(1000);
  }
}
