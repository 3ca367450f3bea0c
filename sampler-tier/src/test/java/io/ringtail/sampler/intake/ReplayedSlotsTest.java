package io.ringtail.sampler.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.ring.SlotSet;
import io.ringtail.trace.TraceHash;
import org.junit.jupiter.api.Test;

class ReplayedSlotsTest {
  private final ReplayedSlots replayed = new ReplayedSlots();

  @Test
  void slots_areTakenOnce() {
    replayed.add(new int[] {0, 63, 64, TraceHash.SLOTS - 1, 7}, 4);
    replayed.add(new int[] {64}, 1);
    assertThat(replayed.take()).isEqualTo(SlotSet.of(0, 63, 64, TraceHash.SLOTS - 1));
    assertThat(replayed.take().isEmpty()).isTrue();
  }
}
