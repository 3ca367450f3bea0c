package io.ringtail.it.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.it.docs.GeneratedPart;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The chart's README has the table of {@code values.yaml}, and speaks only of what there is. With
 * {@code -Dringtail.docs.write=true} the table is written anew instead of compared.
 */
class ChartReadmeTest {
  @Test
  void readme_besideTheValues_hasTheirTable() throws IOException {
    new GeneratedPart(
            Chart.HOME.resolve("README.md"),
            "<!-- generated from values.yaml: begin -->\n",
            "<!-- generated: end -->\n")
        .requireIs(ValuesTable.markdown(Chart.read("values.yaml")));
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
