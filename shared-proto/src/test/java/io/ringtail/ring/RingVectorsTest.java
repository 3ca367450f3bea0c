package io.ringtail.ring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RingVectorsTest {
  @Test
  void mismatches_goldenVectors_none() {
    assertThat(RingVectors.mismatches()).isEmpty();
  }
}
