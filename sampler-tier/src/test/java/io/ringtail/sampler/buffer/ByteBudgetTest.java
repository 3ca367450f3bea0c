package io.ringtail.sampler.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ByteBudgetTest {
  private final ByteBudget budget = new ByteBudget(1000, 0.85);

  @Test
  void freshSpans_leaveATenthForReplay() {
    assertThat(budget.tryReserve(900, true)).isTrue();
    assertThat(budget.tryReserve(1, true)).isFalse();
    assertThat(budget.tryReserve(100, false)).isTrue();
    assertThat(budget.tryReserve(1, false)).isFalse();
    assertThat(budget.used()).isEqualTo(1000);
  }

  @Test
  void reservation_isReplacedByWhatIsStored() {
    budget.tryReserve(500, true);
    budget.settle(500, 300);
    assertThat(budget.used()).isEqualTo(300);
    assertThat(budget.stored()).isEqualTo(300);

    budget.settle(0, -300);
    assertThat(budget.used()).isZero();
    assertThat(budget.stored()).isZero();
    assertThat(budget.highWater()).isEqualTo(850);
  }

  @Test
  void replayableDecisions_areNoReasonToDecideEarly() {
    budget.settle(0, 800);
    budget.replayable(800);
    assertThat(budget.isHigh(0)).isFalse();
    assertThat(budget.isHigh(169)).isFalse();
    assertThat(budget.isHigh(171)).as("85 % of what they leave").isTrue();
    budget.settle(0, -800);
    budget.replayable(-800);
    assertThat(budget.isHigh(850)).isFalse();
    assertThat(budget.isHigh(851)).isTrue();
  }
}
