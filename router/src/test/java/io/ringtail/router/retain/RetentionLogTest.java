package io.ringtail.router.retain;

import static io.ringtail.router.retain.LogFixture.A;
import static io.ringtail.router.retain.LogFixture.B;
import static io.ringtail.router.retain.LogFixture.C;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.RouterWord.Has;
import io.ringtail.link.RouterWord.Lowered;
import io.ringtail.link.RouterWord.Replayed;
import io.ringtail.link.SamplerWord.AskHas;
import io.ringtail.link.SamplerWord.Lowering;
import io.ringtail.link.SamplerWord.NeedsNothing;
import io.ringtail.link.SamplerWord.Question;
import io.ringtail.ring.SlotSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is kept until marks pass it. */
class RetentionLogTest extends WithRetentionLog {
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
}
