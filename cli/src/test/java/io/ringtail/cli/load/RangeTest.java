package io.ringtail.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RangeTest {
  @Test
  void parse_numberOrRange_read() {
    assertThat(Range.parse("20")).contains(new Range(20, 20));
    assertThat(Range.parse("5..60")).contains(new Range(5, 60));
    assertThat(new Range(5, 60)).hasToString("5..60");
    assertThat(new Range(7, 7)).hasToString("7");
  }

  @Test
  void parse_anythingElse_nothing() {
    for (String text :
        new String[] {"", "-1", "60..5", "5..", "..5", "5-60", "1e3", "9999999999"}) {
      assertThat(Range.parse(text)).as(text).isEmpty();
    }
  }
}
