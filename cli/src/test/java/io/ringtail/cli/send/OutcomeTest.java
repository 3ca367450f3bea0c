package io.ringtail.cli.send;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutcomeTest {
  @Test
  void progress_trouble_toldOnlyWhereThereIsSome() {
    assertThat(new Outcome(1, 5000, 4000, 0, 0, 0, 0, 0).progress(2))
        .isEqualTo("4,000 of 5,000 spans accepted, 2,000/s");
    assertThat(new Outcome(1, 9, 6, 1, 0, 0, 3, 2).progress(1))
        .endsWith(", 3 retried, 1 rejected, 2 lost");
  }

  @Test
  void isClean_rejectedOrLost_not() {
    assertThat(new Outcome(1, 5, 5, 0, 9, 9, 9, 0).isClean()).isTrue();
    assertThat(new Outcome(1, 5, 4, 1, 0, 0, 0, 0).isClean()).isFalse();
    assertThat(new Outcome(1, 5, 4, 0, 0, 0, 0, 1).isClean()).isFalse();
  }
}
