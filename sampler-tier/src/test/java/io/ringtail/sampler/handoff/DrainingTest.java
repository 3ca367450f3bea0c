package io.ringtail.sampler.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.sampler.handoff.Draining.Step;
import org.junit.jupiter.api.Test;

class DrainingTest {
  private static final EpochOrder E3 = new EpochOrder(1, 3);

  private final Draining draining = new Draining(true, 100);

  @Test
  void drain_membersNeverChange_decides() {
    assertThat(new Draining(false, 100).next(status(true, false, 0, false), look(true, false, 100)))
        .isEqualTo(Step.DECIDE);
  }

  @Test
  void drain_noEpochInUse_leavesWithoutAWordAtOnce() {
    assertThat(draining.next(HandoffStatus.NONE, look(true, true, 100))).isEqualTo(Step.ABANDON);
  }

  @Test
  void drain_othersActive_leavesWhenAllIsHandedOver() {
    assertThat(draining.next(status(true, false, 0, true), look(true, true, 90)))
        .isEqualTo(Step.WAIT);
    assertThat(draining.next(status(false, false, 0, false), look(true, true, 80)))
        .isEqualTo(Step.WAIT);
    assertThat(draining.next(status(false, false, 0, true), look(true, false, 80)))
        .isEqualTo(Step.WAIT);
    assertThat(draining.next(status(false, false, 0, true), look(true, true, 70)))
        .isEqualTo(Step.LEAVE);
  }

  /** Drained, used again and stopped: by an epoch on its way it may own what another lost. */
  @Test
  void drain_newestEpochNotInUseOrOfAnotherState_waits_thenLeavesWithoutAWord() {
    HandoffStatus given = status(false, false, 0, true);
    assertThat(draining.next(given, look(false, true, 70))).isEqualTo(Step.WAIT);
    assertThat(draining.next(given, look(false, true, 50))).isEqualTo(Step.LEAVE_UNANSWERED);
    HandoffStatus last = status(false, true, 0, false);
    assertThat(draining.decided(last, look(false, true, 10))).isEqualTo(Step.WAIT);
    assertThat(draining.decided(last, look(false, true, 0))).isEqualTo(Step.ABANDON);
    assertThat(new Draining(false, 100).decided(last, look(false, true, 10))).isEqualTo(Step.LEAVE);
  }

  /** What the owners of its slots ask for, too: they are waited for if it goes without a word. */
  @Test
  void drain_onlyAnswersAreMissing_waitsForHalfItsTime_thenLeavesWithoutAWord() {
    HandoffStatus unanswered = unanswered(false, false, false);
    assertThat(draining.next(unanswered, look(true, true, 51))).isEqualTo(Step.WAIT);
    assertThat(draining.next(unanswered, look(true, true, 50))).isEqualTo(Step.LEAVE_UNANSWERED);
    assertThat(draining.next(unanswered, look(true, false, 50)))
        .as("holds spans")
        .isEqualTo(Step.WAIT);
    assertThat(draining.next(status(false, false, 0, false), look(true, true, 50)))
        .as("not all is acknowledged")
        .isEqualTo(Step.WAIT);
  }

  @Test
  void drain_onlyAnswersAreMissing_ofOneThatOwnsOrWasLostOrIsTheLast_goesOn() {
    assertThat(draining.next(unanswered(true, false, false), look(true, true, 50)))
        .isEqualTo(Step.WAIT);
    assertThat(draining.next(unanswered(false, false, true), look(true, true, 50)))
        .isEqualTo(Step.WAIT);
    assertThat(draining.next(unanswered(false, true, false), look(true, true, 50)))
        .isEqualTo(Step.DECIDE);
  }

  @Test
  void drain_timeIsOver_leavesWithoutAWord() {
    assertThat(draining.next(status(false, false, 0, false), look(true, false, 0)))
        .isEqualTo(Step.ABANDON);
  }

  @Test
  void drain_noneActive_waitsForDeadlinesUpToHalfItsTime() {
    assertThat(draining.next(status(true, true, 0, false), look(true, false, 51)))
        .isEqualTo(Step.WAIT);
    assertThat(draining.next(status(true, true, 1, false), look(true, true, 51)))
        .isEqualTo(Step.WAIT);
    assertThat(draining.next(status(true, true, 0, false), look(true, true, 51)))
        .isEqualTo(Step.DECIDE);
    assertThat(draining.next(status(true, true, 1, false), look(true, false, 50)))
        .isEqualTo(Step.DECIDE);
  }

  @Test
  void drain_noneActiveAndNoRouterLeft_decidesAtOnce() {
    HandoffStatus alone =
        new HandoffStatus(E3, true, true, 0, 0, 0, 0, 0, 0, 0, E3, false, false, false, false);
    assertThat(draining.next(alone, look(true, false, 99))).isEqualTo(Step.DECIDE);
  }

  /** It was alone, and a chain that goes on without it, or one that has come, has owners again. */
  @Test
  void decided_ownersHaveComeMeanwhile_givesThemTheRest() {
    assertThat(draining.decided(status(false, false, 0, false), look(true, false, 10)))
        .isEqualTo(Step.WAIT);
    assertThat(draining.decided(status(false, false, 0, false), look(true, true, 10)))
        .isEqualTo(Step.LEAVE);
    assertThat(draining.decided(status(false, false, 0, false), look(true, false, 0)))
        .isEqualTo(Step.ABANDON);
  }

  @Test
  void decided_nobodyToGiveTheRestTo_leavesWithoutAWord() {
    assertThat(draining.decided(status(false, true, 0, false), look(true, false, 10)))
        .isEqualTo(Step.ABANDON);
    assertThat(draining.decided(status(false, true, 0, false), look(true, true, 10)))
        .isEqualTo(Step.LEAVE);
    assertThat(
            new Draining(false, 100).decided(status(true, false, 0, false), look(true, false, 10)))
        .isEqualTo(Step.ABANDON);
  }

  /** By the epoch without it another is lost to which it gave what it knew. */
  @Test
  void mayGo_onlyWhenWhatItKnowsIsWithTheOwnersOfTheEpochWithoutIt() {
    EpochOrder without = new EpochOrder(2, 4);
    assertThat(Draining.mayGo(complete(E3, E3, false), without)).as("not in use").isFalse();
    assertThat(Draining.mayGo(complete(without, E3, false), without)).as("gives").isFalse();
    assertThat(Draining.mayGo(complete(without, without, false), without)).isTrue();
    assertThat(Draining.mayGo(complete(without, E3, true), without)).as("nobody").isTrue();
  }

  /** The others may come back, and take what it must not decide. */
  @Test
  void leftAloneByALoss_hasNoLease_waitsWithWhatItHoldsUntilItsTimeIsOver() {
    HandoffStatus alone =
        new HandoffStatus(E3, true, true, 0, 0, 0, 0, 0, 0, 0, E3, false, false, false, false);
    assertThat(draining.next(alone, new Draining.Look(true, false, false, 10)))
        .isEqualTo(Step.WAIT);
    assertThat(draining.next(alone, new Draining.Look(true, false, false, 0)))
        .isEqualTo(Step.ABANDON);
    assertThat(draining.decided(alone, new Draining.Look(true, false, false, 10)))
        .as("lost while it decided")
        .isEqualTo(Step.WAIT);
    assertThat(draining.next(alone, new Draining.Look(true, false, true, 90)))
        .as("with nothing")
        .isEqualTo(Step.DECIDE);
  }

  private static Draining.Look look(boolean asSaid, boolean holdsNothing, long leftNanos) {
    return new Draining.Look(asSaid, true, holdsNothing, leftNanos);
  }

  private static HandoffStatus complete(EpochOrder epoch, EpochOrder upTo, boolean noneActive) {
    return new HandoffStatus(
        epoch, false, noneActive, 1, 0, 0, 0, 0, 0, 0, upTo, false, false, false, false);
  }

  private static HandoffStatus status(
      boolean owns, boolean noneActive, int holds, boolean nothingLeft) {
    return new HandoffStatus(
        E3,
        owns,
        noneActive,
        1,
        holds,
        holds,
        0,
        0,
        0,
        0,
        E3,
        nothingLeft,
        nothingLeft,
        false,
        false);
  }

  private static HandoffStatus unanswered(boolean owns, boolean noneActive, boolean stranger) {
    return new HandoffStatus(
        E3, owns, noneActive, 1, 0, 0, 1, 1, 0, 0, E3, true, false, stranger, false);
  }
}
