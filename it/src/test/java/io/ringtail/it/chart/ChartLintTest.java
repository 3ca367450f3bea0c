package io.ringtail.it.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the chart is asked for, {@code helm lint --strict} has nothing to say to it. */
class ChartLintTest {
  static Stream<String> examples() throws IOException {
    return Chart.examples();
  }

  static Stream<ChartOption> options() {
    return ChartOption.all();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void example_linted_hasNothingToSay(String name, @TempDir Path directory) throws IOException {
    Map<?, ?> values = (Map<?, ?>) Yaml.read(Chart.example(name));
    requireClean(Chart.lint(directory, Yaml.merged(Chart.defaults(), values)));
  }

  @ParameterizedTest
  @MethodSource("options")
  void option_linted_hasNothingToSay(ChartOption option, @TempDir Path directory)
      throws IOException {
    requireClean(Chart.lint(directory, option.allValues()));
  }

  private static void requireClean(LintResult lint) {
    assertThat(lint.isFailed()).as(lint.getMessages().toString()).isFalse();
    assertThat(lint.getMessages()).noneMatch(m -> m.contains("[WARNING]") || m.contains("Fail:"));
  }
}
