package io.ringtail.router.retain;

import static io.ringtail.router.retain.LogFixture.A;
import static io.ringtail.router.retain.LogFixture.B;
import static io.ringtail.router.retain.LogFixture.C;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.RouterWord.Replayed;
import io.ringtail.link.SamplerWord.NeedsNothing;
import io.ringtail.link.SamplerWord.Question;
import io.ringtail.ring.SlotSet;
import io.ringtail.router.retain.RetentionConfig.WhenFull;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Questions, and the pieces that answer them. */
class RetentionReplayTest extends WithRetentionLog {
  private static final SlotSet HALF = SlotSet.where(slot -> slot % 2 == 0);

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

  /** Else the log would be twice as long for each owner its slots have had. */
  @Test
  void replayed_whileItsOriginalIsThere_isNotReplayedAgainBesideIt() {
    f.epoch(List.of(A, B, C));
    f.accepted(1, A);
    f.epoch(List.of(B, C), A);
    f.word(B, new Question(1, SlotSet.ALL, f.order()));
    f.acceptSent(2, B);
    f.word(C, new Question(1, SlotSet.ALL, f.order()));
    assertThat(f.sent).hasSize(1);
    assertThat(f.saidTo(C)).isEmpty();
    f.acceptSent(3, C);
    assertThat(f.saidTo(C)).containsExactly(new Replayed(1));
    assertThat(f.count("ringtail_router_replayed_spans_total")).isEqualTo(2 * 20);
  }

  @Test
  void replayed_whoseOriginalIsForgotten_isReplayedItself() {
    f.epoch(List.of(A, B, C));
    f.accepted(1, A);
    f.epoch(List.of(B, C), A);
    f.word(B, new Question(1, SlotSet.ALL, f.order()));
    f.acceptSent(2, B);
    f.word(B, new NeedsNothing(A.nodeId(), incarnation(A), EpochOrder.NONE));
    f.word(C, new NeedsNothing(A.nodeId(), incarnation(A), EpochOrder.NONE));
    assertThat(f.gauge("ringtail_router_retention_parts")).isEqualTo(1);
    f.word(C, new Question(1, SlotSet.ALL, f.order()));
    assertThat(f.sent).hasSize(1);
    assertThat(f.sent.get(0).piece().firstSeq()).isEqualTo(1);
    f.acceptSent(3, C);
    assertThat(f.saidTo(C)).containsExactly(new Replayed(1));
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
}
