package io.ringtail.sampler.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.Completion;
import io.ringtail.cluster.EpochOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CompletionsTest {
  private static final EpochOrder NONE = EpochOrder.NONE;

  private final List<Completion> said = new ArrayList<>();
  private final Completions completions = new Completions(1, said::add);

  private static EpochOrder e(int number) {
    return new EpochOrder(1, number);
  }

  @Test
  void completion_nothingForeign_isOfTheNewestEpochEveryShardHasGoneBy() {
    use(1, 2, 3);
    say(e(2), Optional.empty(), NONE);
    assertThat(said).containsExactly(new Completion(1, e(2), NONE));
    say(e(2), Optional.empty(), NONE);
    assertThat(said).hasSize(1);
  }

  @Test
  void completion_foreign_isOfTheEpochBeforeItWasLost() {
    use(1, 2, 3);
    say(e(3), Optional.of(e(3)), NONE);
    assertThat(completions.upTo()).isEqualTo(e(2));
    say(e(3), Optional.empty(), NONE);
    assertThat(completions.upTo()).isEqualTo(e(3));
  }

  @Test
  void completion_foreignSinceTheFirst_isNotSaid() {
    use(1, 2);
    say(e(2), Optional.of(e(1)), NONE);
    assertThat(said).isEmpty();
  }

  @Test
  void completion_unsure_waits_unfinished_isToldWithItsEpoch() {
    use(1, 2);
    completions.say(e(2), Optional.empty(), e(2)::equals, limit -> NONE, 0);
    assertThat(completions.upTo()).isEqualTo(e(1));
    say(e(2), Optional.empty(), e(2));
    assertThat(said.get(1)).isEqualTo(new Completion(1, e(2), e(2)));
  }

  @Test
  void completion_clusterHasForgotten_isSaidAgain() {
    use(1);
    say(e(1), Optional.empty(), NONE);
    completions.onEpoch(e(5), false);
    say(e(1), Optional.empty(), NONE);
    assertThat(said).hasSize(2);
  }

  private void use(int... numbers) {
    for (int number : numbers) {
      completions.onEpoch(e(number), true);
    }
  }

  @Test
  void completion_isTold_whenTheSumHasIt_orAfterAWhile() {
    use(1, 2);
    say(e(1), Optional.empty(), NONE);
    completions.onTold(List.of(new Completion(1, e(1), NONE)));
    assertThat(completions.isTold(0)).isTrue();
    say(e(2), Optional.empty(), e(2));
    assertThat(completions.isTold(0)).isFalse();
    completions.onTold(List.of(new Completion(1, e(2), NONE), new Completion(2, e(2), e(2))));
    assertThat(completions.isTold(Completions.TOLD_NANOS - 1)).isFalse();
    assertThat(completions.isTold(Completions.TOLD_NANOS)).isTrue();
    completions.onTold(List.of(new Completion(1, e(2), e(2))));
    assertThat(completions.isTold(0)).isTrue();
  }

  private void say(EpochOrder applied, Optional<EpochOrder> foreign, EpochOrder unfinished) {
    completions.say(
        applied,
        foreign,
        order -> false,
        limit -> unfinished.compareTo(limit) <= 0 ? unfinished : NONE,
        0);
  }
}
