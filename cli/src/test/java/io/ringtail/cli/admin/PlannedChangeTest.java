package io.ringtail.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlannedChangeTest {
  @ParameterizedTest
  @ValueSource(strings = {"y", "Y", " yes ", "YES"})
  void reply_yes_isYes(String line) {
    assertThat(Confirmation.read(line)).isEqualTo(Confirmation.Reply.YES);
  }

  @Test
  void reply_anythingElse_isNo() {
    assertThat(Confirmation.read("")).isEqualTo(Confirmation.Reply.NO);
    assertThat(Confirmation.read("yesterday")).isEqualTo(Confirmation.Reply.NO);
  }
}
