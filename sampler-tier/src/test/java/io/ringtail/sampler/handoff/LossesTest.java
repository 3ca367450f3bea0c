package io.ringtail.sampler.handoff;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.link.SamplerWord;
import io.ringtail.sampler.handoff.SaidWords.Said;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LossesTest {
  private static final EpochOrder E3 = new EpochOrder(1, 3);
  private static final EpochOrder E4 = new EpochOrder(1, 4);
  private static final Incarnation LOST = new Incarnation(E3, 5);
  private static final Said WORD = new Said(7, new SamplerWord.NeedsNothing("sampler-5", LOST, E3));

  private final SaidWords routers = new SaidWords();
  private final Set<Long> owing = new HashSet<>();
  private final Losses losses = new Losses(routers, owing::contains);

  @Test
  void loss_isSaidWhenNothingIsNeeded_once_andOnEachNewLink() {
    losses.onRouters(Set.of(7L));
    losses.gone(sampler(), E3);
    losses.say(E3::equals);
    losses.tell(7);
    assertThat(routers.take()).isEmpty();
    losses.say(epoch -> false);
    losses.say(epoch -> false);
    assertThat(routers.take()).containsExactly(WORD);
    losses.tell(7);
    assertThat(routers.take()).containsExactly(WORD);
  }

  @Test
  void loss_routerThatOwesAnAnswer_isToldWhenItHasGivenIt() {
    owing.add(7L);
    losses.onRouters(Set.of(7L));
    losses.gone(sampler(), E3);
    losses.say(epoch -> false);
    losses.tell(7);
    assertThat(routers.take()).isEmpty();
    owing.clear();
    losses.tell(7);
    assertThat(routers.take()).containsExactly(WORD);
  }

  @Test
  void loss_routerNotNamed_isNotTold() {
    losses.onRouters(Set.of());
    losses.gone(sampler(), E3);
    losses.say(epoch -> false);
    losses.tell(7);
    assertThat(routers.take()).isEmpty();
  }

  /** A rolling restart of a large cluster, while a router cannot be reached. */
  @Test
  void losses_ofHundreds_areAllSaidOnANewLink() {
    losses.onRouters(Set.of(7L));
    for (int i = 0; i < 1000; i++) {
      losses.gone(sampler(i), E3);
    }
    losses.say(epoch -> false);
    assertThat(routers.take()).hasSize(1000);
    losses.tell(7);
    assertThat(routers.take()).hasSize(1000).doesNotHaveDuplicates();
  }

  @Test
  void epochWithoutLoss_isSpokenOfWhenNothingIsNeeded_onlyTheNewestIsRepeated() {
    losses.onRouters(Set.of(7L));
    losses.goesOn(sampler(), E3);
    losses.goesOn(sampler(), E4);
    losses.say(epoch -> epoch.compareTo(E3) > 0);
    assertThat(routers.take()).containsExactly(WORD);
    losses.say(epoch -> false);
    Said newest = new Said(7, new SamplerWord.NeedsNothing("sampler-5", LOST, E4));
    assertThat(routers.take()).containsExactly(newest);
    losses.tell(7);
    assertThat(routers.take()).containsExactly(newest);
  }

  @Test
  void epochWithALoss_thatWordTellsUpToWhere() {
    losses.onRouters(Set.of(7L));
    losses.gone(sampler(), E3);
    losses.goesOn(sampler(9), E3);
    losses.say(epoch -> false);
    assertThat(routers.take()).containsExactly(WORD);
  }

  private static Member sampler() {
    return sampler(5);
  }

  private static Member sampler(long bits) {
    Incarnation lost = new Incarnation(E3, bits);
    return new Member(
        "sampler-" + bits, lost, Member.Role.SAMPLER, Member.State.ACTIVE, 100, "", "", "", 1);
  }
}
