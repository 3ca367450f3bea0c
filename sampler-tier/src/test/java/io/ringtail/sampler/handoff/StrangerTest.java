package io.ringtail.sampler.handoff;

import static io.ringtail.sampler.handoff.Stranger.Phase.ASKING;
import static io.ringtail.sampler.handoff.Stranger.Phase.CLEARING;
import static io.ringtail.sampler.handoff.Stranger.Phase.EMPTY;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.link.SamplerWord;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StrangerTest {
  private static final long SECOND = 1_000_000_000;
  private static final Set<Long> ROUTERS = Set.of(7L, 8L);

  private final SaidWords routers = new SaidWords();
  private final Stranger stranger = new Stranger(routers);

  @Test
  void stranger_noRouterHas_discards() {
    stranger.begin(0);
    stranger.ask(ROUTERS, false);
    assertThat(routers.take(SamplerWord.AskHas.class)).hasSize(2);
    stranger.onHas(7, false);
    assertThat(stranger.phase()).isEqualTo(ASKING);
    stranger.onHas(8, false);
    assertThat(stranger.phase()).isEqualTo(CLEARING);
    assertThat(stranger.discards()).isTrue();
  }

  @Test
  void stranger_oneRouterHas_handsOver() {
    stranger.begin(0);
    stranger.ask(ROUTERS, false);
    stranger.onHas(7, true);
    assertThat(stranger.phase()).isEqualTo(CLEARING);
    assertThat(stranger.discards()).isFalse();
  }

  @Test
  void stranger_routerGoneOrSilent_handsOver() {
    stranger.begin(0);
    stranger.ask(ROUTERS, true);
    assertThat(stranger.phase()).isEqualTo(CLEARING);
    assertThat(stranger.discards()).isFalse();

    Stranger silent = new Stranger(routers);
    silent.begin(0);
    silent.ask(ROUTERS, false);
    silent.onHas(7, false);
    silent.onTick(true, true, ROUTERS, 5 * SECOND - 1);
    assertThat(silent.phase()).isEqualTo(ASKING);
    silent.onTick(false, true, ROUTERS, 5 * SECOND);
    assertThat(silent.phase()).isEqualTo(CLEARING);
    assertThat(silent.discards()).isFalse();
  }

  @Test
  void stranger_newLink_isAskedAgainWhileUnanswered() {
    stranger.begin(0);
    stranger.ask(ROUTERS, false);
    stranger.onHas(7, false);
    routers.take();
    stranger.onLink(7);
    stranger.onLink(8);
    assertThat(routers.take(SamplerWord.AskHas.class)).hasSize(1);
  }

  @Test
  void stranger_nobodyToGiveTo_comesBackWithWhatItHas_andSaysNothing() {
    stranger.begin(0);
    stranger.ask(ROUTERS, true);
    stranger.onTick(false, false, ROUTERS, 0);
    assertThat(stranger.phase()).isEqualTo(EMPTY);
    stranger.onLink(7);
    assertThat(routers.take()).isEmpty();
  }

  @Test
  void stranger_nothingHeld_saysEmptyToAll_alsoOnANewLink() {
    stranger.begin(0);
    stranger.ask(Set.of(), false);
    stranger.onTick(false, true, ROUTERS, 0);
    assertThat(stranger.phase()).isEqualTo(CLEARING);
    stranger.onTick(true, true, ROUTERS, 0);
    assertThat(stranger.phase()).isEqualTo(EMPTY);
    assertThat(routers.take(SamplerWord.Empty.class)).hasSize(2);
    stranger.onLink(7);
    assertThat(routers.take(SamplerWord.Empty.class)).hasSize(1);
  }
}
