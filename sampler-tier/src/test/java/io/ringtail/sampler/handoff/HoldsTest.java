package io.ringtail.sampler.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.Completion;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.SamplerWord;
import io.ringtail.ring.SlotSet;
import io.ringtail.rules.Rules;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HoldsTest {
  private static final long ROUTER = 7;
  private static final long A = 1;
  private static final long B = 2;
  private static final long SECOND = 1_000_000_000;
  private static final SlotSet SLOTS = SlotSet.of(10, 11);
  private static final Set<Long> OTHERS = Set.of(A, B);

  private final SaidWords routers = new SaidWords();
  private final Questions questions = new Questions(routers, Rules.ALL);
  private final Holds holds =
      new Holds(questions, new KeeperConfig("a", 1, true, 30 * SECOND, 3 * SECOND, Rules.ALL));

  private static EpochOrder e(int number) {
    return new EpochOrder(1, number);
  }

  @BeforeEach
  void routerNamed() {
    questions.onEpoch(e(1), Set.of(ROUTER));
  }

  @Test
  void hold_move_endsWhenAllOthersAreCompleteForTheGain() {
    holds.gain(e(5), SLOTS, OTHERS, false, false, 0);
    assertThat(holds.held()).isEqualTo(SLOTS);
    complete(A, 5);
    complete(B, 4);
    tick(1);
    assertThat(holds.held()).isEqualTo(SLOTS);
    assertThat(holds.waitingFor()).containsExactly(B);
    complete(B, 6);
    tick(2);
    assertThat(holds.held().isEmpty()).isTrue();
    assertThat(holds.timeouts()).isZero();
  }

  @Test
  void hold_wordHeardBeforeTheGain_counts() {
    complete(A, 5);
    complete(B, 5);
    holds.gain(e(5), SLOTS, OTHERS, false, false, 0);
    tick(0);
    assertThat(holds.count()).isZero();
  }

  @Test
  void epoch_skipped_isLeftUnfinished() {
    assertThat(holds.unfinishedUpTo(e(7))).isEqualTo(EpochOrder.NONE);
    holds.skipped(e(7));
    assertThat(holds.unfinishedUpTo(e(6))).isEqualTo(EpochOrder.NONE);
    assertThat(holds.unfinishedUpTo(e(7))).isEqualTo(e(7));
  }

  /** A waits for this sampler's word of 5 itself, which the cluster has not heard of it. */
  @Test
  void shadow_epochSkipped_isUnfinishedAtOnce() {
    holds.gain(e(5), SLOTS, OTHERS, false, false, 0);
    holds.onEpoch(e(6), SlotSet.of(10), OTHERS, 0);
    assertThat(holds.isUnsure(e(6))).isTrue();
    holds.onEpoch(e(8), SlotSet.NONE, OTHERS, 0);
    holds.skipped(e(8));
    assertThat(holds.isUnsure(e(8))).isFalse();
    assertThat(holds.unfinishedUpTo(e(6))).isEqualTo(e(6));
    assertThat(holds.unfinishedUpTo(e(8))).isEqualTo(e(8));
  }

  @Test
  void hold_alone_endsAtOnce() {
    holds.gain(e(5), SLOTS, Set.of(), false, false, 0);
    tick(0);
    assertThat(holds.count()).isZero();
  }

  @Test
  void hold_loss_waitsForTheAnswerAndTheLease() {
    holds.gain(e(5), SLOTS, Set.of(A), true, true, 0);
    complete(A, 5);
    tick(2 * SECOND);
    questions.onReplayed(ROUTER, asked().id());
    tick(2 * SECOND);
    assertThat(holds.count()).isEqualTo(1);
    tick(3 * SECOND);
    assertThat(holds.count()).isZero();
  }

  @Test
  void hold_routersAllGoneAndBackOneByOne_waitsForTheirAnswers() {
    holds.gain(e(5), SLOTS, Set.of(), true, true, 0);
    questions.onEpoch(e(6), Set.of());
    holds.onEpoch(e(6), SLOTS, Set.of(), 0);
    tick(9 * SECOND);
    assertThat(holds.held()).isEqualTo(SLOTS);
    assertThat(holds.count()).as("that wait for anything but a router").isZero();
    routers.take();
    questions.onEpoch(e(7), Set.of(ROUTER));
    holds.onEpoch(e(7), SLOTS, Set.of(), 9 * SECOND);
    questions.onReplayed(ROUTER, asked().id());
    tick(10 * SECOND);
    questions.onEpoch(e(8), Set.of(ROUTER, 8L));
    holds.onEpoch(e(8), SLOTS, Set.of(), 10 * SECOND);
    long ofNew = questions.askNew(SLOTS, Set.of(8L));
    holds.alsoAwait(ofNew);
    tick(12 * SECOND);
    assertThat(holds.held()).isEqualTo(SLOTS);
    questions.onReplayed(8, ofNew);
    tick(12 * SECOND);
    assertThat(holds.held()).isEqualTo(SlotSet.NONE);
    assertThat(holds.timeouts()).isZero();
  }

  /** The time of who may have been before is over when the first of them is named. */
  @Test
  void hold_noRouterTillOneIsNamedAlone_waitsForWhoFollows() {
    questions.onEpoch(e(5), Set.of());
    holds.gain(e(5), SLOTS, Set.of(), true, true, 0);
    questions.onEpoch(e(6), Set.of(ROUTER));
    holds.onEpoch(e(6), SLOTS, Set.of(), 3 * SECOND);
    questions.onReplayed(ROUTER, asked().id());
    tick(4 * SECOND);
    assertThat(holds.held()).isEqualTo(SLOTS);
    questions.onEpoch(e(7), Set.of(ROUTER, 8L));
    holds.onEpoch(e(7), SLOTS, Set.of(), 4 * SECOND);
    long ofNew = questions.askNew(SLOTS, Set.of(8L));
    holds.alsoAwait(ofNew);
    tick(6 * SECOND);
    assertThat(holds.held()).isEqualTo(SLOTS);
    questions.onReplayed(8, ofNew);
    tick(6 * SECOND);
    assertThat(holds.held()).isEqualTo(SlotSet.NONE);
    assertThat(holds.timeouts()).isZero();
  }

  @Test
  void hold_samplerLostBeforeItsWord_asksRoutersAndWaitsForTheLease() {
    holds.gain(e(5), SLOTS, OTHERS, false, false, 0);
    complete(A, 5);
    holds.onEpoch(e(6), SLOTS, Set.of(A), SECOND);
    SamplerWord.Question question = asked();
    assertThat(question.slots()).isEqualTo(SLOTS);
    questions.onReplayed(ROUTER, question.id());
    tick(2 * SECOND);
    assertThat(holds.count()).isEqualTo(1);
    tick(4 * SECOND);
    assertThat(holds.count()).isZero();
  }

  @Test
  void hold_samplerLostAfterItsWord_isNotAskedFor() {
    holds.gain(e(5), SLOTS, OTHERS, false, false, 0);
    complete(B, 5);
    holds.onEpoch(e(6), SLOTS, Set.of(A), SECOND);
    assertThat(routers.take()).isEmpty();
  }

  @Test
  void hold_samplerUnfinished_asksRouters() {
    holds.gain(e(5), SLOTS, Set.of(A), false, false, 0);
    hear(new Completion(A, e(5), e(5)));
    questions.onReplayed(ROUTER, asked().id());
    tick(3 * SECOND);
    assertThat(holds.count()).isZero();
  }

  @Test
  void hold_samplerUnfinishedInAnEarlierEpoch_isNoMatter() {
    holds.gain(e(5), SLOTS, Set.of(A), false, false, 0);
    hear(new Completion(A, e(5), e(4)));
    assertThat(routers.take()).isEmpty();
    tick(0);
    assertThat(holds.count()).isZero();
  }

  @Test
  void hold_samplerNamedLater_isNotWaitedFor() {
    holds.gain(e(5), SLOTS, Set.of(A), false, false, 0);
    holds.onEpoch(e(6), SLOTS, OTHERS, 0);
    complete(A, 6);
    tick(0);
    assertThat(holds.count()).isZero();
  }

  @Test
  void hold_slotLostWhileAReplayIsWaitedFor_isUnfinished() {
    holds.gain(e(5), SLOTS, Set.of(A), true, false, 0);
    complete(A, 5);
    holds.onEpoch(e(6), SlotSet.of(10), Set.of(A, B), 0);
    assertThat(holds.held()).isEqualTo(SlotSet.of(10));
    assertThat(holds.unfinishedUpTo(e(5))).isEqualTo(EpochOrder.NONE);
    assertThat(holds.unfinishedUpTo(e(7))).isEqualTo(e(6));
  }

  @Test
  void hold_slotLostInTheEpochThatLostASamplerWaitedFor_isUnfinishedAndAskedFor() {
    holds.gain(e(5), SLOTS, Set.of(A, B), false, false, 0);
    holds.onEpoch(e(6), SlotSet.NONE, Set.of(A), 0);
    assertThat(holds.unfinishedUpTo(e(6))).isEqualTo(e(6));
    assertThat(asked().slots()).isEqualTo(SLOTS);
    assertThat(questions.isOpenUpTo(e(6))).isTrue();
    assertThat(holds.count()).isZero();
  }

  @Test
  void shadow_othersComplete_makesSureThatItWasWhole() {
    holds.gain(e(5), SLOTS, Set.of(A, B), false, false, 0);
    complete(A, 5);
    holds.onEpoch(e(6), SlotSet.NONE, OTHERS, 0);
    assertThat(holds.isUnsure(e(5))).isFalse();
    assertThat(holds.isUnsure(e(6))).isTrue();
    complete(B, 5);
    assertThat(holds.isUnsure(e(6))).isFalse();
    assertThat(holds.unfinishedUpTo(e(6))).isEqualTo(EpochOrder.NONE);
  }

  @Test
  void shadow_otherUnfinishedOrLost_isUnfinishedInTheEpochOfTheLoss() {
    holds.gain(e(5), SlotSet.of(1), Set.of(A), false, false, 0);
    holds.onEpoch(e(6), SlotSet.NONE, OTHERS, 0);
    hear(new Completion(A, e(5), e(5)));
    assertThat(holds.unfinishedUpTo(e(6))).isEqualTo(e(6));

    holds.gain(e(7), SlotSet.of(1), Set.of(A), false, false, 0);
    holds.onEpoch(e(8), SlotSet.NONE, OTHERS, 0);
    holds.onEpoch(e(9), SlotSet.NONE, Set.of(B), 0);
    assertThat(holds.unfinishedUpTo(e(9))).isEqualTo(e(8));
    assertThat(holds.isUnsure(e(9))).isFalse();
  }

  @Test
  void hold_noProgress_endsCountedAsAPossibleSplit() {
    holds.gain(e(5), SLOTS, Set.of(A), false, false, 0);
    holds.onProgress(SlotSet.of(11, 12), 20 * SECOND);
    tick(49 * SECOND);
    assertThat(holds.count()).isEqualTo(1);
    tick(50 * SECOND);
    assertThat(holds.count()).isZero();
    assertThat(holds.timeouts()).isEqualTo(1);
  }

  @Test
  void hold_progressOfAnother_isNoneOfThis() {
    holds.gain(e(5), SLOTS, Set.of(A), false, false, 0);
    holds.gain(e(5), SlotSet.of(20), Set.of(A), true, false, 0);
    holds.onProgress(SlotSet.of(20), 10 * SECOND);
    questions.onReplayed(ROUTER, 1);
    holds.onReplayed(1, 20 * SECOND);
    tick(30 * SECOND);
    assertThat(holds.held()).isEqualTo(SlotSet.of(20));
    assertThat(holds.timeouts()).isEqualTo(1);
    tick(49 * SECOND);
    assertThat(holds.count()).isEqualTo(1);
    tick(50 * SECOND);
    assertThat(holds.count()).isZero();
  }

  @Test
  void shadow_completeOfOneOfTwo_isProgress() {
    holds.gain(e(5), SLOTS, OTHERS, false, false, 0);
    holds.onEpoch(e(6), SlotSet.NONE, OTHERS, 0);
    holds.onCompletions(List.of(new Completion(A, e(5), EpochOrder.NONE)), 20 * SECOND);
    tick(49 * SECOND);
    assertThat(holds.isUnsure(e(6))).isTrue();
    tick(50 * SECOND);
    assertThat(holds.isUnsure(e(6))).isFalse();
    assertThat(holds.unfinishedUpTo(e(6))).isEqualTo(e(6));
  }

  private SamplerWord.Question asked() {
    List<SamplerWord.Question> questionsSaid = routers.take(SamplerWord.Question.class);
    assertThat(questionsSaid).hasSize(1);
    return questionsSaid.get(0);
  }

  private void complete(long sampler, int upTo) {
    hear(new Completion(sampler, e(upTo), EpochOrder.NONE));
  }

  private void hear(Completion word) {
    holds.onCompletions(List.of(word), 0);
  }

  private void tick(long nowNanos) {
    holds.onTick(nowNanos);
  }
}
