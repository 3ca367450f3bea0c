package io.ringtail.router.retain;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import org.junit.jupiter.api.AfterEach;

/** A log of some segments, and a router and samplers that say what the test says. */
abstract class WithRetentionLog {
  LogFixture f = new LogFixture();

  @AfterEach
  void everyBufferIsGivenBack() {
    assertThat(f.isAllReleased()).isTrue();
  }

  static Incarnation incarnation(SamplerKey key) {
    return new Incarnation(new EpochOrder(1, 1), key.bits());
  }
}
