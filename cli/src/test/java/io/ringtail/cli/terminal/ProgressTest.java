package io.ringtail.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressTest {
  @Test
  void bar_half_drawnToItsMiddle() {
    assertThat(Progress.bar(0.5)).isEqualTo("[===============               ]");
    assertThat(Progress.bar(1.5)).isEqualTo("[==============================]");
  }

  @Test
  void text_shareAndMore_inPercent() {
    assertThat(Progress.text(0.5, "4 of 5")).isEqualTo(" 50 %  4 of 5");
    assertThat(Progress.text(7, "all")).isEqualTo("100 %  all");
  }
}
