package io.ringtail.router.retain;

import static io.ringtail.router.retain.LogFixture.A;
import static io.ringtail.router.retain.LogFixture.B;
import static io.ringtail.router.retain.LogFixture.C;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.link.Mark;
import io.ringtail.link.RouterWord.Has;
import io.ringtail.link.RouterWord.Lowered;
import io.ringtail.link.RouterWord.Replayed;
import io.ringtail.link.SamplerWord.AskHas;
import io.ringtail.link.SamplerWord.Empty;
import io.ringtail.link.SamplerWord.Lowering;
import io.ringtail.link.SamplerWord.NeedsNothing;
import io.ringtail.link.SamplerWord.Question;
import io.ringtail.ring.SlotSet;
import io.ringtail.router.retain.RetentionConfig.WhenFull;
import io.ringtail.router.route.RoutingTable;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RetentionLogTest {
  private static final SlotSet HALF = SlotSet.where(slot -> slot % 2 == 0);

  private LogFixture f = new LogFixture();

  @AfterEach
  void everyBufferIsGivenBack() {
    assertThat(f.isAllReleased()).isTrue();
  }

  @Test
  void part_isKeptUntilTheMarksOfAllWhoHaveGivenOnePassIt() {
    f.epoch(List.of(A, B, C));
    f.accepted(1, A);
    f.accepted(2, B);
    f.mark(A, 2);
    assertThat(f.log.oldestSeq()).as("B's acceptance counts as a mark of 1").isEqualTo(2);
    f.mark(B, 2);
    assertThat(f.log.isEmpty()).as("C has accepted nothing").isTrue();
    assertThat(f.log.oldestSeq()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void marks_mayFallAndLowerings_holdTheLogAndAreConfirmed() {
    f.epoch(List.of(A, B));
    f.accepted(10, A);
    f.word(B, new Lowering(4, 5));
    assertThat(f.saidTo(B)).containsExactly(new Lowered(4));
    f.mark(A, 20);
    assertThat(f.log.oldestSeq()).isEqualTo(10);
    f.mark(B, 20);
    f.mark(B, 3);
    f.accepted(21, A);
    f.mark(A, 30);
    assertThat(f.log.oldestSeq()).isEqualTo(21);
  }

  @Test
  void part_aboveAnUnansweredOne_isKept() {
    f.epoch(List.of(A));
    f.accepted(10, A);
    f.unansweredFrom = 9;
    f.mark(A, 10);
    assertThat(f.log.isEmpty()).isFalse();
    f.unansweredFrom = 11;
    f.work();
    assertThat(f.log.isEmpty()).isTrue();
  }

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
  void drainedSampler_doesNotConstrainAndIsNotWaitedFor() {
    f.epoch(List.of(A, B, C));
    f.accepted(1, A);
    f.accepted(2, B);
    f.mark(C, 100);
    f.epoch(List.of(B, C), A);
    f.word(C, new NeedsNothing(A.nodeId(), incarnation(A), EpochOrder.NONE));
    f.epoch(List.of(C));
    assertThat(f.log.isEmpty()).isTrue();
  }

  @Test
  void question_replaysItsSlotsWhoeverHadThemAndIsAnsweredWhenAllIsAccepted() {
    f.epoch(List.of(A, B));
    f.accepted(1, A);
    f.now = Duration.ofSeconds(3).toNanos();
    f.accepted(2, B);
    f.epoch(List.of(B), A);
    f.word(B, new Question(7, HALF, f.order()));
    assertThat(f.sent).hasSize(2);
    assertThat(f.sent).extracting(s -> s.piece().firstSeq()).containsExactly(1L, 2L);
    assertThat(f.sent.get(0).piece().ageMillis(f.now)).isEqualTo(3000);
    assertThat(f.sent.get(0).part().spanCount()).isBetween(1, 19);
    assertThat(f.saidTo(B)).isEmpty();
    f.acceptSent(3, B);
    assertThat(f.saidTo(B)).containsExactly(new Replayed(7));
    f.word(B, new Question(7, HALF, f.order()));
    assertThat(f.sent).isEmpty();
    assertThat(f.saidTo(B)).containsExactly(new Replayed(7), new Replayed(7));
  }

  @Test
  void question_ofAnEpochNotInUse_waitsForItAndPinsTheLog() {
    f.epoch(List.of(A, B));
    f.accepted(1, A);
    f.word(B, new Question(7, SlotSet.ALL, new EpochOrder(1, 2)));
    f.mark(A, 5);
    assertThat(f.sent).isEmpty();
    assertThat(f.log.oldestSeq()).isEqualTo(1);
    f.epoch(List.of(B), A);
    assertThat(f.sent).hasSize(1);
  }

  @Test
  void question_withAnEmptyLog_isAnsweredAtOnce() {
    f.epoch(List.of(A));
    f.word(A, new Question(1, SlotSet.ALL, f.order()));
    assertThat(f.saidTo(A)).containsExactly(new Replayed(1));
  }

  @Test
  void pieceOnItsWay_whenItsAskerIsLost_countsForTheNextQuestionThoughItsOriginalIsForgotten() {
    f.epoch(List.of(A, B, C));
    f.accepted(1, A);
    f.epoch(List.of(B, C), A);
    f.word(B, new Question(1, SlotSet.ALL, f.order()));
    f.word(B, new NeedsNothing(A.nodeId(), incarnation(A), EpochOrder.NONE));
    f.word(C, new NeedsNothing(A.nodeId(), incarnation(A), EpochOrder.NONE));
    assertThat(f.log.oldestSeq()).as("a piece of it is on its way").isEqualTo(1);
    f.epoch(List.of(C), B);
    f.word(C, new Question(1, SlotSet.ALL, f.order()));
    assertThat(f.sent).as("the piece goes on; there is no original").hasSize(1);
    assertThat(f.saidTo(C)).isEmpty();
    f.acceptSent(9, C);
    assertThat(f.saidTo(C)).containsExactly(new Replayed(1));
    assertThat(f.log.oldestSeq()).as("first accepted as").isEqualTo(1);
  }

  @Test
  void piece_cutIntoParts_isAcceptedWithTheLastOfThem() {
    f.epoch(List.of(A, B));
    f.accepted(1, A);
    f.epoch(List.of(B), A);
    f.word(B, new Question(1, SlotSet.ALL, f.order()));
    f.sent.get(0).piece().partWasCut(2);
    f.log.rejected(f.sent.get(0).piece(), 3);
    f.work();
    assertThat(f.saidTo(B)).isEmpty();
    f.acceptSent(2, B);
    assertThat(f.saidTo(B)).containsExactly(new Replayed(1));
    assertThat(f.count("ringtail_router_forgotten_spans_total")).isEqualTo(3);
  }

  @Test
  void replay_isPacedByWhatIsOnItsWay() {
    f = new LogFixture(new RetentionConfig(64 << 20, WhenFull.FORGET, Duration.ZERO));
    f.epoch(List.of(A, B));
    for (int seq = 1; seq <= 120; seq++) {
      f.accepted(seq, A, 500);
    }
    f.epoch(List.of(B), A);
    f.word(B, new Question(1, SlotSet.ALL, f.order()));
    int first = f.sent.size();
    long bytes = f.sent.stream().mapToLong(s -> s.part().spanBytes()).sum();
    assertThat(bytes).isBetween(4L << 20, (4L << 20) + (200 << 10));
    assertThat(first).isLessThan(120);
    for (int seq = 200; !f.sent.isEmpty(); seq += 200) {
      f.acceptSent(seq, B);
    }
    assertThat(f.saidTo(B)).containsExactly(new Replayed(1));
    assertThat(f.count("ringtail_router_replayed_spans_total")).isEqualTo(120 * 500);
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

  @Test
  void pressure_forgetsByTheOwnMarkWhatHasNotMovedThoughAnotherIsSlow() {
    f.epoch(List.of(A, B));
    f.accepted(1, B);
    int seq = 2;
    for (; f.bytes() < 900_000; seq++) {
      f.accepted(seq, A, 100);
    }
    f.log.heard(A, List.of(), new Mark(seq, new EpochOrder(1, 99)));
    f.pass(Duration.ofSeconds(1));
    assertThat(f.bytes()).as("that epoch is not in use here").isGreaterThan(800_000);
    f.mark(A, seq);
    f.pass(Duration.ofSeconds(1));
    assertThat(f.bytes()).isLessThan(100_000);
    assertThat(f.log.oldestSeq()).isEqualTo(1);
    for (; f.bytes() < 900_000; seq++) {
      f.accepted(seq, A, 100);
    }
    f.epoch(List.of(A, B, C));
    f.mark(A, seq);
    f.pass(Duration.ofSeconds(1));
    assertThat(f.bytes()).as("A has lost slots to C").isGreaterThan(800_000);
  }

  @Test
  void pressure_looksAtSomeOfALongLogAtATime() {
    f = new LogFixture(new RetentionConfig(2 << 20, WhenFull.REFUSE, Duration.ZERO));
    f.epoch(List.of(A, B));
    f.accepted(1, B, 1);
    int last = 1;
    while (last < RetentionLog.LOOK_PARTS_A_TICK + 100) {
      f.accepted(++last, A, 1);
    }
    assertThat(f.bytes()).isGreaterThan(3 << 19);
    f.mark(A, last);
    f.pass(Duration.ofMillis(100));
    assertThat(f.log.spanCount()).isEqualTo(1 + 100);
  }

  @Test
  void fullLog_forgetsTheOldestCountedOrRefusesIntake() {
    f.epoch(List.of(A));
    for (int seq = 1; seq <= 100; seq++) {
      f.accepted(seq, A, 100);
    }
    assertThat(f.bytes()).isLessThanOrEqualTo(1 << 20);
    assertThat(f.log.oldestSeq()).isGreaterThan(1);
    assertThat(f.count("ringtail_router_forgotten_spans_total"))
        .isEqualTo((f.log.oldestSeq() - 1) * 100);
    assertThat(f.log.refusesIntake()).isFalse();
    f = new LogFixture(new RetentionConfig(1 << 20, WhenFull.REFUSE, Duration.ZERO));
    f.epoch(List.of(A));
    for (int seq = 1; seq <= 100; seq++) {
      f.accepted(seq, A, 100);
    }
    assertThat(f.log.oldestSeq()).isEqualTo(1);
    assertThat(f.log.refusesIntake()).isTrue();
    f.mark(A, 100);
    assertThat(f.log.refusesIntake()).isFalse();
  }

  /** Memory for some segments, then none. */
  private static IntFunction<ByteBuffer> jvmWith(long bytes) {
    AtomicLong left = new AtomicLong(bytes);
    return size -> {
      if (left.addAndGet(-size) < 0) {
        throw new OutOfMemoryError("of the test");
      }
      return ByteBuffer.allocateDirect(size);
    };
  }

  @Test
  void jvmWithoutMemory_whatThereIsBecomesTheLimitAndTheOldestGo() {
    RetentionConfig config = new RetentionConfig(64 << 20, WhenFull.FORGET, Duration.ofHours(1));
    f = new LogFixture(config, jvmWith(4 << 20));
    f.epoch(List.of(A));
    for (int seq = 1; seq <= 400; seq++) {
      f.accepted(seq, A, 100);
      f.pass(Duration.ofMillis(100));
    }
    assertThat(f.log.oldestSeq()).isGreaterThan(1);
    assertThat(f.bytes()).isLessThanOrEqualTo(6 << 20);
    assertThat(f.gauge("ringtail_router_retention_limit_bytes")).isBetween(4e6, 6e6);
    assertThat(f.gauge("ringtail_router_retention_cover_seconds"))
        .as("seconds for what there is, which is less than what came in 40 s")
        .isBetween(1.0, 40.0);
  }

  @Test
  void jvmWithoutMemory_refusingLog_refusesBeforeItMustForget() {
    RetentionConfig config = new RetentionConfig(64 << 20, WhenFull.REFUSE, Duration.ZERO);
    f = new LogFixture(config, jvmWith(4 << 20));
    f.epoch(List.of(A));
    int seq = 0;
    while (f.count("ringtail_router_forgotten_spans_total") == 0 && !f.log.refusesIntake()) {
      f.accepted(++seq, A, 100);
    }
    assertThat(f.log.refusesIntake()).as("at the latest when memory is out").isTrue();
    f.mark(A, seq);
    assertThat(f.log.refusesIntake()).isFalse();
    while (!f.log.refusesIntake()) {
      f.accepted(++seq, A, 100);
    }
    long forgotten = f.count("ringtail_router_forgotten_spans_total");
    for (int late = 0; late < 5; late++) {
      f.accepted(++seq, A, 100);
    }
    assertThat(f.count("ringtail_router_forgotten_spans_total"))
        .as("what was on its way still finds room")
        .isEqualTo(forgotten);
  }

  @Test
  void off_keepsNothingAndAnswersAll() {
    f = new LogFixture(RetentionConfig.off());
    f.epoch(List.of(A, B));
    f.accepted(1, A);
    f.epoch(List.of(B), A);
    f.word(B, new Question(1, SlotSet.ALL, f.order()));
    f.word(B, new Lowering(2, 1));
    f.word(A, new AskHas());
    assertThat(f.saidTo(B)).containsExactly(new Replayed(1), new Lowered(2));
    assertThat(f.saidTo(A)).containsExactly(new Has(true));
    assertThat(f.log.isEmpty()).isTrue();
  }

  private SlotSet slotsOf(String nodeId) {
    RoutingTable table = f.table();
    return SlotSet.where(
        slot -> table.owners().get(table.ownerIndex(slot)).nodeId().equals(nodeId));
  }

  private static Incarnation incarnation(SamplerKey key) {
    return new Incarnation(new EpochOrder(1, 1), key.bits());
  }
}
