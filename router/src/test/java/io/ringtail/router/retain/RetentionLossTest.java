package io.ringtail.router.retain;

import static io.ringtail.router.retain.LogFixture.A;
import static io.ringtail.router.retain.LogFixture.B;
import static io.ringtail.router.retain.LogFixture.C;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Mark;
import io.ringtail.link.RouterWord.Has;
import io.ringtail.link.RouterWord.Replayed;
import io.ringtail.link.SamplerWord.AskHas;
import io.ringtail.link.SamplerWord.Empty;
import io.ringtail.link.SamplerWord.Lowering;
import io.ringtail.link.SamplerWord.NeedsNothing;
import io.ringtail.link.SamplerWord.Question;
import io.ringtail.ring.SlotSet;
import io.ringtail.router.route.RoutingTable;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Samplers that are lost, epochs out of turn: what marks hold then, and until when. */
class RetentionLossTest extends WithRetentionLog {
  @Test
  void lostSampler_itsLastMarkStaysUntilAllHaveSaidTheyNeedNothing() {
    f.epoch(List.of(A, B, C));
    f.accepted(1, A);
    f.accepted(2, B);
    f.word(B, new NeedsNothing(A.nodeId(), incarnation(A), EpochOrder.NONE));
    f.mark(B, 100);
    f.epoch(List.of(B, C), A);
    f.log.heard(A, List.of(), new Mark(100, f.order()));
    f.work();
    assertThat(f.log.oldestSeq()).as("marks of the lost do not count").isEqualTo(1);
    f.word(C, new NeedsNothing(A.nodeId(), incarnation(A), EpochOrder.NONE));
    assertThat(f.log.isEmpty()).as("B had said so before the epoch came").isTrue();
  }

  @Test
  void secondLoss_beforeTheFirstIsReplayed_keepsTheFirstMark() {
    f.epoch(List.of(A, B, C));
    f.accepted(1, A);
    f.mark(B, 100);
    f.mark(C, 100);
    f.epoch(List.of(B, C), A);
    f.word(C, new NeedsNothing(A.nodeId(), incarnation(A), EpochOrder.NONE));
    f.epoch(List.of(C), B);
    assertThat(f.log.oldestSeq()).as("what B did not get is C's now").isEqualTo(1);
    f.word(C, new Question(1, SlotSet.ALL, f.order()));
    assertThat(f.sent).hasSize(1);
    f.acceptSent(50, C);
    f.mark(C, 100);
    assertThat(f.log.oldestSeq()).isEqualTo(1);
    f.word(C, new NeedsNothing(B.nodeId(), incarnation(B), EpochOrder.NONE));
    assertThat(f.log.isEmpty()).isTrue();
  }

  @Test
  void epochOutOfTurn_losesAllItDoesNotNameAndForgetsNothingUntilAllHaveAsked() {
    f.epoch(List.of(A, B, C));
    f.accepted(1, A);
    f.accepted(2, B);
    f.next(List.of(B, C), false);
    f.mark(B, 100);
    f.mark(C, 100);
    f.word(B, new NeedsNothing(A.nodeId(), incarnation(A), EpochOrder.NONE));
    f.word(C, new NeedsNothing(A.nodeId(), incarnation(A), EpochOrder.NONE));
    f.word(B, new Question(1, slotsOf("b"), f.order()));
    f.acceptSent(10, B);
    f.mark(B, 100);
    assertThat(f.log.oldestSeq()).isEqualTo(1);
    f.word(C, new Question(1, slotsOf("c"), f.order()));
    assertThat(f.sent).isNotEmpty();
    f.acceptSent(20, C);
    f.mark(C, 100);
    assertThat(f.log.isEmpty()).isTrue();
  }

  @Test
  void epochOutOfTurn_whoAskedInTheOneThatNamedTheRouterAnew_hasAsked() {
    f.epoch(List.of(A, B));
    f.accepted(1, A);
    f.word(B, new Question(4, SlotSet.ALL, new EpochOrder(1, 2)));
    f.skipped = 1;
    f.next(List.of(B), false);
    f.acceptSent(10, B);
    f.mark(B, 100);
    assertThat(f.order()).isEqualTo(new EpochOrder(1, 3));
    assertThat(f.log.isEmpty()).isTrue();
  }

  @Test
  void epochOutOfTurn_whenNobodyEverAsks_isGivenUpInTheEnd() {
    f.epoch(List.of(A, B));
    f.accepted(1, A);
    f.next(List.of(B), false);
    f.pass(Floor.ASKING.plusSeconds(1));
    assertThat(f.log.oldestSeq()).isEqualTo(1);
    f.pass(Floor.OUT_OF_TURN);
    assertThat(f.log.isEmpty()).isTrue();
    assertThat(f.count("ringtail_router_retention_given_up_total")).isEqualTo(2);
  }

  /** B drains, and both have skipped the epoch in which A was lost: it may have owned A's slots. */
  @Test
  void gapOfTheRoutersOwn_whoOwnsNothingAsksForNothing_stillNeedsWhatWasLost() {
    f.epoch(List.of(A, B, C));
    f.accepted(1, A);
    f.mark(B, 100);
    f.mark(C, 100);
    f.gapsAreOurs = true;
    f.skipped = 1;
    f.draining.add(B);
    f.next(List.of(B, C), false, A);
    f.word(C, new NeedsNothing(A.nodeId(), incarnation(A), f.order()));
    f.word(B, new Question(1, SlotSet.NONE, f.order()));
    assertThat(f.saidTo(B)).containsExactly(new Replayed(1));
    f.work();
    assertThat(f.log.oldestSeq()).isEqualTo(1);
    f.word(B, new Question(2, SlotSet.ALL, f.order()));
    assertThat(f.sent).hasSize(1);
    f.acceptSent(10, C);
    f.mark(C, 100);
    assertThat(f.log.isEmpty()).isTrue();
  }

  @Test
  void routerThatNoEpochNames_forgetsNothingUntilItIsNamedAndAsked() {
    f.epoch(List.of(A, B));
    f.accepted(1, A);
    f.routerIsNamed = false;
    f.next(List.of(B), false, A);
    f.mark(B, 100);
    f.word(B, new Question(1, SlotSet.ALL, f.order()));
    f.acceptSent(10, B);
    f.mark(B, 100);
    f.word(B, new NeedsNothing(A.nodeId(), incarnation(A), f.order()));
    f.pass(Floor.OUT_OF_TURN.plusSeconds(1));
    assertThat(f.log.oldestSeq()).as("B does not know of this log").isEqualTo(1);
    assertThat(f.count("ringtail_router_retention_given_up_total")).isZero();
    f.routerIsNamed = true;
    f.next(List.of(B), false);
    assertThat(f.log.oldestSeq()).isEqualTo(1);
    f.word(B, new Question(2, SlotSet.ALL, f.order()));
    f.acceptSent(20, B);
    f.mark(B, 100);
    assertThat(f.log.isEmpty()).isTrue();
  }

  @Test
  void samplerLostAndNamedAgain_isNotLost() {
    f.epoch(List.of(A, B));
    f.accepted(1, A);
    f.epoch(List.of(B), A);
    f.epoch(List.of(A, B));
    f.mark(A, 1);
    assertThat(f.log.isEmpty()).isTrue();
  }

  /** The log has that epoch when the links to whom it loses have ended: its links come before. */
  @Test
  void lostSampler_asksByAnEpochThatIsNotInUseYetAndNamesIt_isAnswered() {
    f.epoch(List.of(A, B, C));
    f.accepted(1, B);
    f.epoch(List.of(B), A, C);
    f.word(A, new Question(7, SlotSet.ALL, new EpochOrder(1, 3)));
    f.word(C, new Question(8, SlotSet.ALL, new EpochOrder(1, 3)));
    assertThat(f.sent).isEmpty();
    f.epoch(List.of(A), B);
    assertThat(f.sent).hasSize(1);
    f.acceptSent(2, A);
    assertThat(f.saidTo(A)).containsExactly(new Replayed(7));
    assertThat(f.saidTo(C)).as("not named").isEmpty();
  }

  @Test
  void lostSampler_asksWhetherItsPartsAreThereAndEndsItsMark() {
    f.epoch(List.of(A, B));
    f.accepted(1, A);
    f.epoch(List.of(B), A);
    f.word(A, new AskHas());
    f.word(A, new Question(1, SlotSet.ALL, f.order()));
    assertThat(f.sent).as("questions of the lost are ignored").isEmpty();
    f.word(A, new Empty());
    f.word(A, new AskHas());
    assertThat(f.saidTo(A)).containsExactly(new Has(true), new Has(false));
  }

  /** It would discard that, and say that it is empty, which ends the mark that keeps it here. */
  @Test
  void lostSampler_thatWasHandedWhatAnotherReceived_isToldThatItIsThere_untilOthersHaveIt() {
    f.epoch(List.of(A, B));
    f.accepted(1, B);
    f.word(A, new Lowering(1, 0));
    f.mark(B, 1);
    f.epoch(List.of(B), A);
    f.word(A, new AskHas());
    f.word(B, new NeedsNothing(A.nodeId(), incarnation(A), EpochOrder.NONE));
    f.word(A, new AskHas());
    assertThat(f.saidTo(A))
        .filteredOn(Has.class::isInstance)
        .containsExactly(new Has(true), new Has(false));
  }

  @Test
  void lostSampler_whosePartsWereGivenUpUnsettled_isToldThatTheyAreThere() {
    f.epoch(List.of(A, B));
    for (int seq = 1; seq <= 30; seq++) {
      f.accepted(seq, A, 100);
    }
    f.mark(A, 2);
    for (int seq = 31; seq <= 200; seq++) {
      f.accepted(seq, B, 100);
    }
    assertThat(f.log.oldestSeq()).isGreaterThan(31);
    f.word(A, new AskHas());
    f.epoch(List.of(B), A);
    f.word(A, new AskHas());
    assertThat(f.saidTo(A)).containsExactly(new Has(true), new Has(true));
  }

  @Test
  void sampler_thatHasSettledWhatWasGivenUp_isToldThatNothingIsThere() {
    f.epoch(List.of(A, B));
    f.accepted(1, A);
    for (int seq = 2; seq <= 200; seq++) {
      f.accepted(seq, B, 100);
    }
    f.mark(A, 1);
    f.word(A, new AskHas());
    assertThat(f.saidTo(A)).containsExactly(new Has(false));
  }

  private SlotSet slotsOf(String nodeId) {
    RoutingTable table = f.table();
    return SlotSet.where(
        slot -> table.owners().get(table.ownerIndex(slot)).nodeId().equals(nodeId));
  }
}
