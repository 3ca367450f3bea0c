package io.ringtail.sampler.settle;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class LateDecisionsTest {
  private static final int POLICY = 3;
  private static final Decision KEPT = new Decision(0, 7, 1, POLICY, true);
  private static final Decision DROPPED = new Decision(0, 7, 2, POLICY, false);

  private final Notes notes = new Notes(1 << 20, 0, true);
  private final Replayable replayable = new Replayable();
  private final LateDecisions late = new LateDecisions(replayable, notes);

  private record Decision(int context, long hi, long lo, int policy, boolean keep) {}

  private LateDecisions.Followed followed(Decision decision) {
    return late.followed(
        decision.context(), decision.hi(), decision.lo(), decision.policy(), decision.keep());
  }

  private void byPart(Decision decision, int routerKey, long seq, int nowMillis) {
    followed(decision).byPart(routerKey, seq, nowMillis);
  }

  private boolean isNew(Decision decision, Seqs seqs, int nowMillis) {
    return followed(decision).isNew(seqs, nowMillis);
  }

  private void closeAt(int millis) {
    late.work(millis);
    assertThat(late.isOpen()).isFalse();
  }

  private boolean knows(Decision decision) {
    return replayable.find(decision.context(), decision.hi(), decision.lo()) != Replayable.NONE;
  }

  private int live() {
    int[] live = {0};
    replayable.forEach(
        batch -> {
          for (int place = 0; place < batch.size(); place++) {
            live[0] += batch.isVoid(place) ? 0 : 1;
          }
        });
    return live[0];
  }

  private void decide(Decision decision, Seqs covered) {
    DecisionBatch batch = replayable.open();
    int place =
        replayable.add(
            batch,
            decision.context(),
            decision.hi(),
            decision.lo(),
            decision.policy(),
            decision.keep());
    replayable.index(batch, place);
    replayable.close(batch, covered);
    batch.settle();
  }

  private static Seqs seqs(long... upTo) {
    return new Seqs(upTo.clone(), upTo);
  }

  /** What was in the trace is not known yet: the decision itself may come later. */
  @Test
  void decisionThatOnlyLateSpansTellOf_isNoneThatIsKnown() {
    byPart(KEPT, 0, 40, 0);
    assertThat(replayable.isKnown(0, 7, 1, true, true, seqs(10))).as("in a round").isFalse();
    closeAt(LateDecisions.ROUND_MILLIS);
    assertThat(replayable.isKnown(0, 7, 1, true, true, seqs(10))).isFalse();
    decide(KEPT, seqs(10));
    assertThat(replayable.isKnown(0, 7, 1, true, true, seqs(10))).isTrue();
  }

  @Test
  void decision_isKnown_untilTheLogsOfItsLateSpansBeginAboveThem() {
    long empty = replayable.bytes();
    byPart(KEPT, 1, 40, 0);
    byPart(DROPPED, 1, 45, 50);
    late.work(LateDecisions.ROUND_MILLIS - 1);
    assertThat(late.isOpen()).isTrue();
    closeAt(LateDecisions.ROUND_MILLIS);
    assertThat(late.poll()).isNotNull().matches(DecisionBatch::isLate);
    assertThat(late.poll()).isNull();
    int kept = replayable.find(0, 7, 1);
    assertThat(replayable.keep(kept)).isTrue();
    assertThat(replayable.policy(kept)).isEqualTo(POLICY);
    assertThat(replayable.keep(replayable.find(0, 7, 2))).isFalse();
    assertThat(replayable.isSettled(kept, 1, 1)).as("nothing is known of what it was").isFalse();

    replayable.logBegins(1, 45);
    assertThat(replayable.evict(10, gone -> {})).isZero();
    replayable.logBegins(1, 46);
    assertThat(replayable.evict(10, gone -> {})).isEqualTo(1);
    assertThat(knows(KEPT)).isFalse();
    assertThat(replayable.bytes()).isEqualTo(empty);
  }

  @Test
  void span_thatTheDecisionCovers_addsNothing() {
    decide(KEPT, seqs(40));
    byPart(KEPT, 0, 40, 0);
    assertThat(late.isOpen()).isFalse();
    byPart(KEPT, 0, 41, 0);
    assertThat(late.isOpen()).isTrue();
    closeAt(1000);
    byPart(KEPT, 0, 41, 1000);
    assertThat(late.isOpen()).isFalse();
  }

  @Test
  void decisionItself_isAskedFirst_andOutlived() {
    decide(KEPT, seqs(40));
    byPart(KEPT, 0, 60, 0);
    closeAt(1000);
    assertThat(replayable.isSettled(replayable.find(0, 7, 1), 0, 40)).isTrue();
    replayable.logBegins(0, 41);
    assertThat(replayable.evict(10, gone -> {})).isEqualTo(1);
    assertThat(knows(KEPT)).isTrue();
    assertThat(replayable.isSettled(replayable.find(0, 7, 1), 0, 40)).isFalse();
  }

  @Test
  void lateSpansAgainAndAgain_keepItOnce_upToTheNewestOfEachRouter() {
    for (int i = 0; i < 10; i++) {
      byPart(KEPT, i % 2, 100 + i, i * 1000);
      closeAt(i * 1000 + 500);
    }
    assertThat(live()).isEqualTo(1);
    replayable.logBegins(0, 200);
    replayable.logBegins(1, 109);
    replayable.evict(20, gone -> {});
    assertThat(knows(KEPT)).isTrue();
    replayable.logBegins(1, 110);
    replayable.evict(20, gone -> {});
    assertThat(knows(KEPT)).isFalse();
    assertThat(replayable.kept()).isZero();
  }

  @Test
  void anothersWord_isNewIfItReachesFurther() {
    assertThat(isNew(KEPT, seqs(50), 0)).isTrue();
    decide(KEPT, seqs(50));
    assertThat(isNew(KEPT, seqs(50), 0)).isFalse();
    byPart(KEPT, 0, 60, 0);
    closeAt(1000);
    assertThat(isNew(KEPT, seqs(55, 7), 1000)).as("both become one").isFalse();
    closeAt(2000);
    assertThat(live()).isEqualTo(2);
    replayable.logBegins(0, 61);
    replayable.logBegins(1, 7);
    replayable.evict(20, gone -> {});
    assertThat(knows(KEPT)).isTrue();
    assertThat(isNew(KEPT, seqs(60, 7), 2000)).isFalse();
    assertThat(late.isOpen()).isFalse();
  }

  @Test
  void routerThatIsGone_keepsNothing() {
    byPart(KEPT, 0, 60, 0);
    late.forget(0);
    replayable.forget(0);
    closeAt(1000);
    assertThat(replayable.evict(10, gone -> {})).isEqualTo(1);
  }

  @Test
  void fullRound_isClosed() {
    for (int i = 0; i <= DecisionBatch.CAPACITY; i++) {
      byPart(new Decision(0, 9, i, POLICY, true), 0, i + 1, 0);
    }
    assertThat(late.poll()).isNotNull().matches(DecisionBatch::isFull);
    assertThat(late.isOpen()).isTrue();
    assertThat(live()).isEqualTo(DecisionBatch.CAPACITY + 1);
  }

  /** As there is one for each late span. */
  @Test
  void lateSpansOfARound_allocateNothing() {
    decide(KEPT, seqs(10));
    for (int key = 0; key < 8; key++) {
      notes.handedOver(key, 200);
    }
    spans(); // the round begins, arrays grow
    assertThat(allocatedBySpans()).isLessThan(SPANS);
  }

  private static final int SPANS = 20_000;

  private void spans() {
    for (int i = 0; i < SPANS; i++) {
      byPart(KEPT, i % 8, 20 + i, 0);
      byPart(DROPPED, i % 8, 20 + i, 0);
      followed(KEPT).bySpansSeen(0);
    }
  }

  private long allocatedBySpans() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    spans();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
