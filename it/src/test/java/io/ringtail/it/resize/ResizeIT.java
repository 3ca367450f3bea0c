package io.ringtail.it.resize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringtail.it.resize.Verdict.Mode;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Half a minute of events at random in each mode, from a fixed seed: nothing split, nothing lost.
 * {@code scripts/chaos} runs more of it, {@code scripts/events} each event by itself.
 */
class ResizeIT {
  private static final int SPANS_PER_SECOND = 6_000;

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource
  void randomEvents_underLoad_splitAndLoseNothing(Mode mode) throws Exception {
    boolean all = Boolean.getBoolean("ringtail.it.resize.all");
    assumeTrue(all || mode == Mode.ERRORS_ONLY, "skipped: -Dringtail.it.resize.all runs it");
    long seed = Long.getLong("ringtail.it.seed", 1);
    ChaosMain.Outcome outcome =
        ChaosMain.run(mode, Duration.ofSeconds(30), seed, SPANS_PER_SECOND, directory);
    assertThat(outcome.verdict())
        .as("seed " + seed)
        .matches(Verdict::isClean, "nothing split or lost");
    assertThat(outcome.disagreements()).as("counters, seed " + seed).isEmpty();
    assertThat(outcome.verdict().judged()).as("traces judged").isGreaterThan(1_000);
  }
}
