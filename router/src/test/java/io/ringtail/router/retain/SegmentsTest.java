package io.ringtail.router.retain;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SegmentsTest {
  private static final int SEGMENT = 100;

  private int allocated;
  private final Segments segments =
      new Segments(
          SEGMENT,
          60L * SEGMENT,
          bytes -> {
            allocated++;
            return ByteBuffer.allocateDirect(bytes);
          });

  private record Run(long address, byte[] bytes) {}

  @Test
  void runs_ofAnySizeFreedInAnyOrder_readBackAndMemoryIsUsedAgain() {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<Run> kept = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[1 + random.nextInt(random.nextInt(10) == 0 ? 350 : 40)];
      random.nextBytes(bytes);
      byte[] from = new byte[bytes.length + 5];
      System.arraycopy(bytes, 0, from, 3, bytes.length);
      assertThat(segments.reserve(bytes.length)).isTrue();
      kept.add(new Run(segments.append(from, 3, bytes.length), bytes));
      while (kept.size() > 20 + random.nextInt(10)) {
        Run run = kept.remove(random.nextInt(5));
        assertReadsBack(run);
        segments.free(run.address, run.bytes.length);
      }
    }
    kept.forEach(this::assertReadsBack);
    assertThat(allocated).isLessThan(60);
    kept.forEach(run -> segments.free(run.address, run.bytes.length));
    assertThat(segments.usedBytes()).isLessThanOrEqualTo(SEGMENT);
  }

  private void assertReadsBack(Run run) {
    byte[] into = new byte[run.bytes.length + 1];
    segments.read(run.address, run.bytes.length, into);
    assertThat(Arrays.copyOf(into, run.bytes.length)).isEqualTo(run.bytes);
    assertThat(into[run.bytes.length]).isZero();
  }
}
