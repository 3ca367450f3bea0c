package io.ringtail.sampler.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeardEpochsTest {
  private final HeardEpochs heard = new HeardEpochs();

  @Test
  void epoch_betweenAnotherAndItsPredecessor_isPassedOver() {
    heard.add(e(2));
    assertThat(heard.isPassedOverBy(epoch(3, 1))).isTrue();
  }

  @Test
  void epoch_thatIsTheNextOrItsPredecessor_isNot() {
    heard.add(e(2));
    heard.add(e(4));
    assertThat(heard.isPassedOverBy(epoch(2, 1))).isFalse();
    assertThat(heard.isPassedOverBy(epoch(4, 2))).isFalse();
  }

  @Test
  void epoch_notAboveOneInUse_isForgotten() {
    heard.add(e(2));
    heard.onUse(e(2));
    assertThat(heard.isPassedOverBy(epoch(3, 1))).isFalse();
  }

  @Test
  void ofTooMany_theLowestStay() {
    for (int i = 1; i <= 70; i++) {
      heard.add(e(i));
    }
    assertThat(heard.isPassedOverBy(epoch(2, 0))).isTrue();
    assertThat(heard.isPassedOverBy(epoch(80, 64))).isFalse();
  }

  private static Epoch epoch(int number, int predecessor) {
    return new Epoch(e(number), "a", List.of(), 0, e(predecessor), List.of());
  }

  private static EpochOrder e(int number) {
    return new EpochOrder(0, number);
  }
}
