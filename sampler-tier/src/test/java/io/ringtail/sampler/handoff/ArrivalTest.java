package io.ringtail.sampler.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import org.junit.jupiter.api.Test;

class ArrivalTest {
  private static final EpochOrder E3 = new EpochOrder(1, 3);

  private HandoffStatus status = HandoffStatus.NONE;
  private final Arrival arrival = new Arrival(() -> status);

  @Test
  void arrival_noEpochOrNoSlots_isNotYet() {
    assertThat(arrival.whyNot()).contains("no epoch in use gives it slots yet");
    status = status(false, 0, 0, false);
    assertThat(arrival.whyNot()).contains("no epoch in use gives it slots yet");
  }

  @Test
  void arrival_othersHaveSomethingOfIt_isNotYetAndSaysHowMuch() {
    status = status(true, 2, 3, false);
    assertThat(arrival.whyNot())
        .contains(
            "waits for what others still have of 700 of its slots (3 answers of routers missing)");
  }

  @Test
  void arrival_nothingWaitedFor_isForGood() {
    status = status(true, 0, 0, false);
    assertThat(arrival.whyNot()).isEmpty();
    status = status(true, 2, 1, false); // a later resize
    assertThat(arrival.whyNot()).isEmpty();
    status = status(false, 0, 0, false); // it drains
    assertThat(arrival.whyNot()).isEmpty();
  }

  @Test
  void arrival_takenForLost_isNotYet() {
    status = status(true, 0, 0, true);
    assertThat(arrival.whyNot()).isPresent();
  }

  @Test
  void arrival_comeBackAsAnother_isAskedAnew() {
    status = status(true, 0, 0, false);
    assertThat(arrival.whyNot()).isEmpty();
    status = HandoffStatus.NONE;
    arrival.again();
    assertThat(arrival.whyNot()).isPresent();
  }

  private static HandoffStatus status(boolean owns, int holds, int missing, boolean stranger) {
    return new HandoffStatus(
        E3,
        owns,
        false,
        1,
        holds,
        holds * 350,
        1,
        missing,
        0,
        0,
        E3,
        false,
        false,
        stranger,
        false);
  }
}
