package io.ringtail.sampler.settle;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.link.Peer;
import org.junit.jupiter.api.Test;

class RouterKeysTest {
  private long nanos;
  private final RouterKeys keys = new RouterKeys(() -> nanos);

  private static Peer router(String id, long epoch, long bits) {
    return new Peer(id, new Incarnation(new EpochOrder(1, epoch), bits));
  }

  @Test
  void router_namedByAnEpochLater_keepsItsKey() {
    int key = keys.keyOf(router("r", 0, 7));
    assertThat(keys.keyOf(router("r", 4, 7))).isEqualTo(key);
    assertThat(keys.router(key)).isEqualTo(router("r", 4, 7));
    assertThat(keys.keyOf(router("r", 4, 8))).isNotEqualTo(key);
  }

  @Test
  void keyOfAForgottenRouter_isReusedOnlyWhenNobodyRefersToIt() {
    int key = keys.keyOf(router("r", 1, 7));
    assertThat(keys.forget(router("r", 1, 7), end(router("r", 1, 7)))).isTrue();
    assertThat(keys.find(router("r", 1, 7))).isEqualTo(RouterKeys.NONE);
    assertThat(keys.keyOf(router("s", 1, 1))).isNotEqualTo(key);
    keys.reuse(key);
    nanos += RouterKeys.REST_NANOS - 1;
    assertThat(keys.keyOf(router("t", 1, 1))).isNotEqualTo(key);
    nanos++;
    assertThat(keys.keyOf(router("u", 1, 1))).isEqualTo(key);
    assertThat(keys.known())
        .containsExactly(router("u", 1, 1), router("s", 1, 1), router("t", 1, 1));
  }

  @Test
  void routerThatEnds_butIsAskedForAgain_keepsItsKey() {
    int key = keys.keyOf(router("r", 1, 7));
    RouterKeys.Ending ending = end(router("r", 1, 7));
    keys.keyOf(router("r", 1, 7)); // another sampler's notice names it
    assertThat(keys.forget(router("r", 1, 7), ending)).isFalse();
    assertThat(keys.find(router("r", 1, 7))).isEqualTo(key);
  }

  private RouterKeys.Ending end(Peer router) {
    return requireNonNull(keys.end(router, 1, begun -> {}));
  }
}
