package io.ringtail.cli.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ringtail.ring.RingMember;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ResizeTest {
  private static List<RingMember> members(int count) {
    return IntStream.range(0, count).mapToObj(i -> new RingMember("sampler-" + i, 100)).toList();
  }

  @Test
  void resize_nothingChanged_nothingMoves() {
    Resize same = Resize.of(members(5), members(5));
    assertThat(same.movedSlots()).isZero();
    assertThat(same.movedToUnavoidable()).isEqualTo(1);
    assertThat(new Traffic(1000, 800, 30, 1e8).seconds(same)).isZero();
  }

  @Test
  void resize_oneOfTenJoins_aTenthMovesToIt() {
    Resize join = Resize.of(members(9), members(10));
    assertThat(join.unavoidableSlots()).isCloseTo(26214.4, within(0.1));
    assertThat(join.movedToUnavoidable()).isBetween(0.95, 1.2);
    assertThat(join.mostTaken()).isGreaterThan(join.mostGiven());
    assertThat(join.after().largestShare()).isLessThanOrEqualTo(1.03);
  }

  @Test
  void resize_theOnlyOtherLeaves_halfMoves() {
    Resize leave = Resize.of(members(2), members(1));
    assertThat(leave.movedShare()).isCloseTo(0.5, within(0.02));
    Traffic traffic = new Traffic(10_000, 784, 30, 1e8);
    assertThat(traffic.heldBytes()).isEqualTo(240e6);
    assertThat(traffic.bytesToMove(leave)).isCloseTo(120e6, within(3e6));
    assertThat(traffic.seconds(leave)).isCloseTo(1.2, within(0.05));
  }
}
