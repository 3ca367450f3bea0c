package io.ringtail.refusal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "7, 7",
    "007, 7",
    "' 7\t', 7",
    "999999999999999999, 999999999999999999",
    "1000000000000000000, 9223372036854775807",
    "99999999999999999999999, 9223372036854775807"
  })
  void seconds_howeverMany_areRead(String value, long seconds) {
    assertThat(RetryAfter.parse(value, NOW)).contains(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sat, 21 Nov 2026 12:00:30 GMT",
        "Saturday, 21-Nov-26 12:00:30 GMT",
        "Sat Nov 21 12:00:30 2026",
        " Sat, 21 Nov 2026 12:00:30 GMT "
      })
  void date_ofAnyForm_isRead(String value) {
    assertThat(RetryAfter.parse(value, NOW)).contains(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sat, 21 Nov 2026 11:00:00 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sunday, 06-Nov-94 08:49:37 GMT"
      })
  void date_thatIsOver_isNow(String value) {
    assertThat(RetryAfter.parse(value, NOW)).contains(Duration.ZERO);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "-3",
        "+3",
        "3.5",
        "3s",
        "٣",
        "soon",
        "Sun, 21 Nov 2026 12:00:30 GMT",
        "Sat, 21 Nov 2026 12:00:30 CET",
        "Sat, 31 Nov 2026 12:00:30 GMT"
      })
  void anythingElse_saysNothing(String value) {
    assertThat(RetryAfter.parse(value, NOW)).isEmpty();
  }

  @Test
  void date_farAhead_isAsFar() {
    assertThat(RetryAfter.parse("Fri, 31 Dec 9999 23:59:59 GMT", NOW))
        .hasValueSatisfying(d -> assertThat(d).isGreaterThan(Duration.ofDays(365L * 7_000)));
  }
}
