package io.ringtail.sampler.settle;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.link.Peer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReplayableTest {
  private static final int KEEP = 1;
  private static final int DROP = 2;
  private static final Peer A = new Peer("a", new Incarnation(new EpochOrder(1, 1), 1));
  private final Replayable decisions = new Replayable();

  private static Seqs seqs(long before, long upTo) {
    return new Seqs(new long[] {before}, new long[] {upTo});
  }

  private DecisionBatch own(Seqs seqs, long... traces) {
    DecisionBatch batch = decisions.open();
    fill(batch, seqs, KEEP, traces);
    return batch;
  }

  private void fill(DecisionBatch batch, Seqs seqs, int policy, long... traces) {
    for (long trace : traces) {
      decisions.index(batch, decisions.add(batch, 0, 7, trace, policy, policy == KEEP));
    }
    decisions.close(batch, seqs);
  }

  private boolean knows(long trace) {
    return decisions.find(0, 7, trace) != Replayable.NONE;
  }

  @Test
  void decision_isKept_untilEveryLogBeginsAboveItsSeqs() {
    long empty = decisions.bytes();
    own(new Seqs(new long[] {9, -1, 4}, new long[] {10, -1, 5}), 1, 2);
    decisions.logBegins(0, 11);
    decisions.logBegins(2, 5);
    assertThat(decisions.evict(10, gone -> {})).isZero();
    assertThat(decisions.bytes()).isGreaterThan(empty);

    decisions.logBegins(2, 6);

    assertThat(decisions.evict(10, gone -> {})).isEqualTo(1);
    assertThat(knows(1)).isFalse();
    assertThat(decisions.bytes()).isEqualTo(empty);
  }

  @Test
  void routerThatIsGone_keepsNothing() {
    own(seqs(9, 10), 1);
    assertThat(decisions.evict(10, gone -> {})).isZero();
    decisions.forget(0);
    assertThat(decisions.isSettled(decisions.find(0, 7, 1), 0, 3)).isFalse();
    assertThat(decisions.evict(10, gone -> {})).isEqualTo(1);
  }

  @Test
  void routerThatNoEpochNames_keepsNoDecision_thoughItsLogIsNotKnownToEnd() {
    own(seqs(9, 10), 1);
    decisions.gone(new int[] {0});
    assertThat(decisions.evict(10, gone -> {})).isEqualTo(1);

    own(seqs(9, 10), 2);
    decisions.gone(new int[] {});
    assertThat(decisions.evict(10, gone -> {})).isZero();
    decisions.gone(new int[] {0});
    decisions.forget(0); // the key is another router's
    own(seqs(9, 10), 3);
    assertThat(decisions.evict(10, gone -> {})).isEqualTo(1);
  }

  @Test
  void batchWithAnExportUnanswered_isKept() {
    DecisionBatch batch = own(Seqs.NONE, 1);
    batch.exporting(0);
    assertThat(decisions.evict(10, gone -> {})).isZero();
    batch.answered(0);
    assertThat(decisions.evict(10, gone -> {})).isEqualTo(1);
  }

  @Test
  void replayedPart_isNothingNew_ifSettledAndSeenBeforeTheDecision() {
    DecisionBatch batch = decisions.open(A, 4, false);
    fill(batch, seqs(9, 12), KEEP, 1);
    assertThat(decisions.knows(A, 4)).as("to its end").isFalse();
    decisions.stored(batch);
    int known = decisions.find(0, 7, 1);
    assertThat(decisions.isSettled(known, 0, 9)).isFalse();

    decisions.settled(A, 4);

    assertThat(decisions.isSettled(known, 0, 9)).isTrue();
    assertThat(decisions.isSettled(known, 0, 10)).isFalse();
    assertThat(decisions.isSettled(known, 1, 1)).isFalse();
    assertThat(decisions.knows(A, 4)).isTrue();
  }

  @Test
  void twoDecisionsOnATrace_keepWins() {
    fill(decisions.open(A, 1, true), seqs(1, 1), KEEP, 1, 2);
    DecisionBatch second = decisions.open();
    assertThat(decisions.index(second, decisions.add(second, 0, 7, 1, DROP, false))).isFalse();
    assertThat(decisions.policy(decisions.find(0, 7, 1))).isEqualTo(KEEP);

    DecisionBatch third = decisions.open();
    fill(third, seqs(2, 2), DROP, 3);
    DecisionBatch fourth = decisions.open();
    assertThat(decisions.index(fourth, decisions.add(fourth, 0, 7, 3, KEEP, true))).isFalse();
    assertThat(decisions.keep(decisions.find(0, 7, 3))).isTrue();
  }

  private boolean isKnown(long trace, int policy, boolean settled, Seqs seqs) {
    return decisions.isKnown(0, 7, trace, policy == KEEP, settled, seqs);
  }

  @Test
  void copyOfADecision_isKnown_whateverMoreItCovers() {
    fill(decisions.open(null, 0, true), seqs(10, 12), KEEP, 1);
    assertThat(isKnown(1, KEEP, true, seqs(10, 12))).isTrue();
    assertThat(isKnown(1, KEEP, true, seqs(3, 40))).isTrue();
    assertThat(isKnown(1, KEEP, false, new Seqs(new long[] {3, -1}, new long[] {40, -1}))).isTrue();
  }

  @Test
  void otherDecision_orOneThatSaysMore_isNotKnown() {
    fill(decisions.open(null, 0, false), seqs(10, 12), KEEP, 1);
    assertThat(isKnown(2, KEEP, false, seqs(10, 12))).as("another trace").isFalse();
    assertThat(isKnown(1, DROP, false, seqs(10, 12))).as("another verdict").isFalse();
    assertThat(isKnown(1, KEEP, true, seqs(10, 12))).as("settled").isFalse();
    assertThat(isKnown(1, KEEP, false, seqs(13, 15))).as("later").isFalse();
    assertThat(isKnown(1, KEEP, false, seqs(7, 9))).as("earlier").isFalse();
    Seqs otherRouter = new Seqs(new long[] {10, 4}, new long[] {12, 5});
    assertThat(isKnown(1, KEEP, false, otherRouter)).as("of another router, too").isFalse();
  }

  @Test
  void decisionTakenBack_isNotFound() {
    DecisionBatch batch = decisions.open();
    int place = decisions.add(batch, 0, 7, 1, KEEP, true);
    assertThat(knows(1)).isFalse();
    decisions.index(batch, place);
    decisions.withdraw(batch, place);
    assertThat(knows(1)).isFalse();
    assertThat(batch.isVoid(place)).isTrue();
  }

  @Test
  void index_underRandomUse_agreesWithAMap() {
    long seed = System.nanoTime();
    System.out.println("seed=" + seed);
    Random random = new Random(seed);
    Map<Long, Integer> expected = new HashMap<>();
    List<List<Long>> batches = new ArrayList<>();
    long next = 0;
    for (int step = 1; step < 300; step++) {
      DecisionBatch batch = decisions.open();
      List<Long> traces = new ArrayList<>();
      for (int i = random.nextInt(DecisionBatch.CAPACITY); i >= 0; i--) {
        long trace = next++ * 0x9e3779b9L;
        traces.add(trace);
        int place = decisions.add(batch, 0, 7, trace, step, false);
        decisions.index(batch, place);
        expected.put(trace, step);
      }
      batches.add(traces);
      decisions.close(batch, seqs(step, step));
      if (random.nextInt(4) == 0) {
        int upTo = random.nextInt(step + 1);
        decisions.logBegins(0, upTo + 1);
        int gone = decisions.evict(1000, b -> {});
        for (int i = 0; i < gone; i++) {
          batches.remove(0).forEach(expected::remove);
        }
      }
    }
    assertThat(decisions.size()).isEqualTo(expected.size());
    expected.forEach(
        (trace, policy) -> {
          int found = decisions.find(0, 7, trace);
          assertThat(decisions.policy(found)).isEqualTo(policy);
        });
  }
}
