package io.ringtail.cli.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.admin.v1.Level;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  private final Table table =
      new Table()
          .words("node")
          .figures("spans/s")
          .words("state")
          .row(List.of("a", "1", "active"))
          .row(List.of("sampler-1", "12345", ""));

  @Test
  void table_thatFits_isOneWithFiguresToTheRight() {
    assertThat(table.lines(80))
        .containsExactly(
            "node       spans/s  state", "a                1  active", "sampler-1    12345");
  }

  @Test
  void table_tooWide_isCutBetweenColumnsWithTheNamesAgain() {
    assertThat(table.lines(20))
        .containsExactly(
            "node       spans/s",
            "a                1",
            "sampler-1    12345",
            "",
            "node       state",
            "a          active",
            "sampler-1");
    assertThat(table.lines(1)).hasSize(7);
  }

  @Test
  void name_tooLong_losesItsMiddle() {
    table.row(List.of("ringtail-production-sampler-eu-west-17", "1", ""));
    assertThat(table.lines(80)).last().isEqualTo("ringtail-prod..er-eu-west-17        1");
  }

  @Test
  void row_ofAnotherWidth_isABug() {
    assertThatThrownBy(() -> table.row(List.of("a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 cells (expected 3)");
  }

  @Test
  void sentence_isBrokenBetweenWords() {
    assertThat(Screen.wrap("  > ", "one two three four", 13))
        .containsExactly("  > one two", "    three", "    four");
    assertThat(Screen.wrap("", "averylongword b", 5)).containsExactly("averylongword", "b");
  }

  @Test
  void amounts_haveThreeDigitsAtMost() {
    assertThat(
            List.of(0.0, 9.0, 999.4, 999.6, 1234.0, 12345.0, 1e6, 4.56e9).stream()
                .map(Amounts::count))
        .containsExactly("0", "9", "999", "1.0k", "1.2k", "12k", "1.0M", "4.6G");
    assertThat(Amounts.bytes(1023)).isEqualTo("1023");
    assertThat(Amounts.bytes(Level.newBuilder().setUsed(1 << 20).setCapacity(1L << 30).build()))
        .isEqualTo("1.0M/1.0G");
    assertThat(Amounts.count(Level.newBuilder().setUsed(5).build())).isEqualTo("5");
    assertThat(Amounts.bytesInWords(5)).isEqualTo("5 B");
    assertThat(Amounts.bytesInWords(1536)).isEqualTo("1.5 KiB");
    assertThat(
            List.of(0.04, 9.94, 9.96, 119.0, 120.0, 7200.0, 172_800.0).stream()
                .map(Amounts::seconds))
        .containsExactly("0.0s", "9.9s", "10s", "119s", "2m", "2h", "2d");
  }
}
