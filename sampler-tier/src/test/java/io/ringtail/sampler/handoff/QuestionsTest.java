package io.ringtail.sampler.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.SamplerWord;
import io.ringtail.ring.SlotSet;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.handoff.SaidWords.Said;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QuestionsTest {
  private static final EpochOrder E3 = new EpochOrder(1, 3);
  private static final EpochOrder E4 = new EpochOrder(1, 4);
  private static final EpochOrder E5 = new EpochOrder(1, 5);

  private final SaidWords routers = new SaidWords();
  private final Questions questions = new Questions(routers, Rules.ALL);

  @Test
  void question_noRouters_isAskedOfThoseThatComeFirst() {
    questions.onEpoch(E3, Set.of());
    long id = questions.askAll(SlotSet.of(1), E3);
    assertThat(questions.isAnswered(id)).isFalse();
    assertThat(questions.isUnasked(id)).isTrue();
    assertThat(questions.isOpenUpTo(E3)).isTrue();
    assertThat(questions.open()).as("that can be answered").isZero();
    questions.onEpoch(E4, Set.of(7L));
    assertThat(routers.take())
        .containsExactly(new Said(7, new SamplerWord.Question(id, SlotSet.of(1), E4)));
    assertThat(questions.isUnasked(id)).isFalse();
    questions.onReplayed(7, id);
    assertThat(questions.isAnswered(id)).isTrue();
  }

  @Test
  void question_oneOfTwoAnswered_isOpen() {
    questions.onEpoch(E3, Set.of(7L, 8L));
    long id = questions.askAll(SlotSet.of(1), E3);
    assertThat(questions.onReplayed(7, id)).isTrue();
    assertThat(questions.onReplayed(7, id)).isFalse();
    assertThat(questions.isAnswered(id)).isFalse();
    questions.onReplayed(8, id);
    assertThat(questions.isAnswered(id)).isTrue();
  }

  @Test
  void question_newLink_isSaidAgainUnchangedWhileUnanswered() {
    questions.onEpoch(E3, Set.of(7L, 8L));
    long id = questions.askAll(SlotSet.of(1), E3);
    questions.onReplayed(8, id);
    questions.onEpoch(E4, Set.of(7L, 8L));
    routers.take();
    questions.onLink(8);
    questions.onLink(7);
    assertThat(routers.take())
        .containsExactly(new Said(7, new SamplerWord.Question(id, SlotSet.of(1), E3)));
  }

  @Test
  void question_routerGone_isNotWaitedFor() {
    questions.onEpoch(E3, Set.of(7L, 8L));
    long id = questions.askAll(SlotSet.of(1), E3);
    questions.onReplayed(8, id);
    questions.onEpoch(E4, Set.of(8L, 9L));
    assertThat(questions.isAnswered(id)).isTrue();
  }

  @Test
  void question_lastRoutersGoUnanswered_isAskedOfThoseThatComeNext() {
    questions.onEpoch(E3, Set.of(7L, 8L));
    long id = questions.askAll(SlotSet.of(1), E3);
    long ofNew = questions.askNew(SlotSet.ALL, List.of(8L));
    questions.onReplayed(7, id);
    questions.onEpoch(E4, Set.of());
    assertThat(questions.isAnswered(id)).isFalse();
    assertThat(questions.isUnasked(id)).isTrue();
    assertThat(questions.isOpenUpTo(E3)).isTrue();
    assertThat(questions.isAnswered(ofNew)).as("whoever comes is asked for all anyway").isTrue();
    routers.take();
    questions.onEpoch(E5, Set.of(9L));
    assertThat(routers.take())
        .containsExactly(new Said(9, new SamplerWord.Question(id, SlotSet.of(1), E5)));
    questions.onReplayed(9, id);
    assertThat(questions.isAnswered(id)).isTrue();
  }

  @Test
  void question_answeredByAllBeforeTheyGo_isOver() {
    questions.onEpoch(E3, Set.of(7L));
    long id = questions.askAll(SlotSet.of(1), E3);
    questions.onReplayed(7, id);
    questions.onEpoch(E4, Set.of());
    assertThat(questions.isAnswered(id)).isTrue();
    assertThat(questions.isUnasked(id)).isFalse();
  }

  @Test
  void question_ofANewRouter_belongsToNoLoss() {
    questions.onEpoch(E3, Set.of(7L, 8L));
    questions.askNew(SlotSet.ALL, List.of(8L));
    assertThat(questions.isOpenUpTo(E4)).isFalse();
    questions.askAll(SlotSet.of(1), E4);
    assertThat(questions.isOpenUpTo(E3)).isFalse();
    assertThat(questions.isOpenUpTo(E4)).isTrue();
  }
}
