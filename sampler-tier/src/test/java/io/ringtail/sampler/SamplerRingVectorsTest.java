package io.ringtail.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.ring.RingVectors;
import org.junit.jupiter.api.Test;

/** Routers and samplers must see the same owners: the same golden vectors, from both suites. */
class SamplerRingVectorsTest {
  @Test
  void owners_goldenVectors_same() {
    assertThat(RingVectors.mismatches()).isEmpty();
  }
}
