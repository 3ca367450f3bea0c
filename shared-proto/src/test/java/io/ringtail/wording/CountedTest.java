package io.ringtail.wording;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountedTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0     | span         | 0 spans
          1     | span         | 1 span
          2     | span         | 2 spans
          12345 | open request | 12,345 open requests
          1     | batch        | 1 batch
          3     | batch        | 3 batches
          """)
  void of_aNumber_hasItsNoun(long n, String one, String told) {
    assertThat(Counted.of(n, one)).isEqualTo(told);
  }

  @Test
  void column_numbers_endAtOneColumn() {
    assertThat(Counted.column(6, 1, "line")).isEqualTo("     1 line");
    assertThat(Counted.column(6, 1_234, "line")).isEqualTo(" 1,234 lines");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0    | spans   | 0 spans
          1    | spans   | 1 span
          1    | batches | 1 batch
          4000 | batches | 4,000 batches
          1    | traces  | 1 trace
          """)
  void ofUnit_aNumber_hasItsNoun(long n, String many, String told) {
    assertThat(Counted.ofUnit(n, many)).isEqualTo(told);
  }
}
