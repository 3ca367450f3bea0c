package io.ringtail.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SkeletonTest {
  private static final long DURATION = 1_000_000_000L;
  private final SplittableRandom random = new SplittableRandom(3);

  private Skeleton make(int min, int max, int depth, int services) {
    return Skeleton.of(
        new TraceShape(new Range(min, max), depth, DURATION, services, 500, 0), random);
  }

  @Test
  void spans_any_withinTheirParentsAndTheWantedNumbers() {
    for (int i = 0; i < 200; i++) {
      Skeleton made = make(2, 60, 4, 5);
      assertThat(made.spans()).isBetween(2, 60);
      assertThat(made.parent(0)).isEqualTo(-1);
      assertThat(made.endNanos(0) - made.startNanos(0)).isBetween(DURATION / 2, DURATION);
      for (int span = 1; span < made.spans(); span++) {
        int parent = made.parent(span);
        assertThat(parent).isBetween(0, span - 1);
        assertThat(made.startNanos(span)).isBetween(made.startNanos(parent), made.endNanos(parent));
        assertThat(made.endNanos(span)).isBetween(made.startNanos(span), made.endNanos(parent));
        assertThat(made.service(span)).isBetween(0, 4);
      }
    }
  }

  @Test
  void depth_wanted_reachedAndNotExceeded() {
    for (int depth = 2; depth <= 9; depth++) {
      Skeleton made = make(40, 40, depth, 3);
      int[] depths = new int[made.spans()];
      int deepest = 0;
      for (int span = 0; span < made.spans(); span++) {
        depths[span] = span == 0 ? 1 : depths[made.parent(span)] + 1;
        deepest = Math.max(deepest, depths[span]);
      }
      assertThat(deepest).isEqualTo(depth);
    }
  }

  @Test
  void depth_moreThanSpans_aChain() {
    Skeleton made = make(3, 3, 10, 1);
    assertThat(new int[] {made.parent(0), made.parent(1), made.parent(2)})
        .containsExactly(-1, 0, 1);
  }
}
