package io.ringtail.it.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The chart's README has the table of {@code values.yaml}, and speaks only of what there is. With
 * {@code -Dringtail.docs.write=true} the table is written anew instead of compared.
 */
class ChartReadmeTest {
  private static final String BEGIN = "<!-- generated from values.yaml: begin -->\n";
  private static final String END = "<!-- generated: end -->\n";

  @Test
  void readme_besideTheValues_hasTheirTable() throws IOException {
    Path page = Chart.HOME.resolve("README.md");
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    assertThat(begin).isGreaterThanOrEqualTo(BEGIN.length());
    assertThat(end).isGreaterThanOrEqualTo(begin);
    String table = ValuesTable.markdown(Chart.read("values.yaml"));
    if (Boolean.getBoolean("ringtail.docs.write")) {
      Files.writeString(page, text.substring(0, begin) + table + text.substring(end));
    } else {
      assertThat(text.substring(begin, end)).isEqualTo(table);
    }
  }

  @Test
  void values_each_areDescribed() {
    List<ValuesTable.Row> rows = ValuesTable.rows(Chart.read("values.yaml"));
    assertThat(rows).hasSizeGreaterThan(80);
    assertThat(rows).filteredOn(row -> row.text().isEmpty()).isEmpty();
  }

  @Test
  void readme_examples_areAllNamed() throws IOException {
    String text = Chart.read("README.md");
    assertThat(Chart.examples()).allSatisfy(name -> assertThat(text).contains(name + ".yaml"));
  }

  @Test
  void rows_ofNestedValues_areOneADescription() {
    String values =
        """
        # no description
        a:
          # -- of b
          b: 1
          c: [x]
        # -- of d
        d:
          e: {f: 2}
        """;
    assertThat(ValuesTable.rows(values))
        .containsExactly(
            new ValuesTable.Row("a.b", "`1`", "of b"),
            new ValuesTable.Row("a.c", "`[x]`", ""),
            new ValuesTable.Row("d", "`{e: {f: 2}}`", "of d"));
  }
}
