package io.ringtail.it.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.it.harness.ShellCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both config files of each example, checked by the command itself as in a pod. */
class ChartConfigIT {
  private static final Path LAUNCHER = Path.of("..", "scripts", "ringtail").toAbsolutePath();

  static Stream<String> examples() throws IOException {
    return Chart.examples();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void example_itsConfig_passesTheCheck(String name, @TempDir Path directory) throws Exception {
    Rendering rendering = Chart.render(Chart.example(name));
    for (String tier : new String[] {"router", "sampler"}) {
      Files.writeString(directory.resolve(tier + ".yaml"), rendering.config(tier));
      String text = environment() + " exec " + LAUNCHER + " config check " + tier + ".yaml";
      try (ShellCommand command = ShellCommand.start(text, directory)) {
        assertThat(command.awaitExit(Duration.ofMinutes(3))).as(command.toString()).isZero();
      }
    }
  }

  private static String environment() {
    return Rendering.POD.entrySet().stream()
        .map((Map.Entry<String, String> e) -> "export " + e.getKey() + "=" + e.getValue() + ";")
        .collect(Collectors.joining(" "));
  }
}
