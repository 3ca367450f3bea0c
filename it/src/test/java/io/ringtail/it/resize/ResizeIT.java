package io.ringtail.it.resize;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.it.traffic.Verdict;
import io.ringtail.it.traffic.Verdict.Mode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Events at random for a while, from a fixed seed, in two clusters beside each other, one in each
 * mode: nothing split, nothing lost, and the product's counters say the same. {@code
 * scripts/test-full} does it for longer, {@code scripts/chaos} for as long as one likes, {@code
 * scripts/events} each event by itself.
 */
class ResizeIT {
  private static final long SEED = Long.getLong("ringtail.it.seed", 1);
  private static final Duration TIME =
      Duration.ofSeconds(Long.getLong("ringtail.it.resize.seconds", 25));
  private static final int SPANS_PER_SECOND = Integer.getInteger("ringtail.it.resize.rate", 3_000);

  @TempDir private Path directory;

  @Test
  void randomEvents_underLoadInBothModes_splitAndLoseNothing() throws Exception {
    ExecutorService clusters = Executors.newFixedThreadPool(Mode.values().length);
    Map<Mode, Future<ChaosMain.Outcome>> outcomes = new EnumMap<>(Mode.class);
    for (Mode mode : Mode.values()) {
      outcomes.put(mode, clusters.submit(() -> chaos(mode)));
    }
    clusters.shutdown();
    for (Mode mode : Mode.values()) {
      assertClean(mode, Objects.requireNonNull(outcomes.get(mode)).get());
    }
  }

  private ChaosMain.Outcome chaos(Mode mode) throws Exception {
    long seed = SEED + mode.ordinal();
    return ChaosMain.run(mode, TIME, seed, SPANS_PER_SECOND, directory.resolve(mode.name()));
  }

  private static void assertClean(Mode mode, ChaosMain.Outcome outcome) {
    String what = mode + ", seed " + SEED;
    assertThat(outcome.verdict()).as(what).matches(Verdict::isClean, "nothing split or lost");
    assertThat(outcome.disagreements()).as("counters, " + what).isEmpty();
    assertThat(outcome.verdict().judged()).as("traces judged, " + what).isGreaterThan(1_000);
  }
}
