package io.ringtail.it.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringtail.it.harness.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Some of {@code scripts/chart-run}: installed, tested and scaled down under load. */
class ChartRunIT {
  private static final Duration LIMIT = Duration.ofMinutes(6);

  /** A minute's JVMs: their second JIT compiler costs more than it gives. */
  private static final String SMALL = "-XX:TieredStopAtLevel=1";

  private static final String STEPS =
      System.getProperty("ringtail.it.chart.steps", "install,helm-test,down");

  @TempDir private Path directory;

  @Test
  void chart_scaledUnderLoad_splitsAndLosesNothingAndStopsInItsGrace() throws Exception {
    assumeTrue(mayUnshare(), "skipped: no network namespace can be made here (needs root)");
    try (JavaProcess run =
        JavaProcess.start(
            "chart-run",
            directory,
            List.of("unshare", "--net"),
            List.of("-Xmx512m", SMALL),
            ChartRun.class.getName(),
            List.of("--steps", STEPS, "--rate", "1000", "--java-options", SMALL))) {
      int code = run.awaitExit(LIMIT);
      String said = String.join("\n", run.lastLines());
      assumeTrue(!said.startsWith("skipped"), said);
      assertThat(code).as(said + run.log()).isZero();
      assertThat(said).endsWith("clean").contains("Verdict[");
    }
  }

  private static boolean mayUnshare() throws InterruptedException {
    try {
      return new ProcessBuilder("unshare", "--net", "true").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
