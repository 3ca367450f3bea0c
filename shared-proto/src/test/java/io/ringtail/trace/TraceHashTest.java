package io.ringtail.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TraceHashTest {
  private static final long SEED = 20261121;
  private static final int IDS = 16 * TraceHash.SLOTS;

  private static Stream<Arguments> idSchemes() {
    Random random = new Random(SEED);
    long fixed = random.nextLong();
    long clock = 1_763_731_200L; // 2025-11-21
    return Stream.of(
        scheme("random", i -> new TraceId(random.nextLong(), random.nextLong())),
        scheme("64-bit, zero high half", i -> new TraceId(0, random.nextLong())),
        scheme("64-bit, zero low half", i -> new TraceId(random.nextLong(), 0)),
        scheme("sequential", i -> new TraceId(0, i + 1)),
        scheme("sequential after a fixed half", i -> new TraceId(fixed, i + 1)),
        scheme("sequential high half", i -> new TraceId(i + 1, 0)),
        scheme("sequential in both halves", i -> new TraceId(i + 1, i + 1)),
        scheme("halves cancel", i -> new TraceId(i + 1, ~(long) i)),
        scheme("top bits of the low half", i -> new TraceId(0, (long) i << 42)),
        scheme("top bits of the high half", i -> new TraceId((long) i << 42, fixed)),
        scheme("multiples of 2^20", i -> new TraceId(0, (long) (i + 1) << 20)),
        scheme(
            "X-Ray: 32-bit clock first, 96 random bits",
            i -> new TraceId((clock + i / 1000) << 32 | bits(random, 32), random.nextLong())),
        scheme("X-Ray: one second", i -> new TraceId(clock << 32 | bits(random, 32), fixed)),
        scheme("clock and counter", i -> new TraceId(clock << 32, (long) (i % 4096) << 48 | i)),
        scheme("random in the low 56 bits", i -> new TraceId(fixed, random.nextLong() >>> 8)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("idSchemes")
  void slot_anyIdScheme_spreadsEvenly(String name, IntFunction<TraceId> id) {
    int[] counts = new int[TraceHash.SLOTS];
    for (int i = 0; i < IDS; i++) {
      TraceId trace = id.apply(i);
      counts[TraceHash.slot(trace.hi(), trace.lo())]++;
    }

    // with 262,143 degrees of freedom chi-square is as good as normal: 6 σ is one in 10^9
    assertThat(sigmas(counts)).as("seed %d, %s", SEED, name).isLessThan(6);
  }

  @Test
  void slot_oneBitFlipped_everySlotBitFlipsHalfTheTime() {
    Random random = new Random(SEED);
    int samples = 20_000;
    for (int bit = 0; bit < 128; bit++) {
      int[] flips = new int[TraceHash.SLOT_BITS];
      for (int i = 0; i < samples; i++) {
        long hi = random.nextLong();
        long lo = random.nextLong();
        int changed =
            TraceHash.slot(hi, lo)
                ^ TraceHash.slot(
                    bit < 64 ? hi ^ 1L << bit : hi, bit < 64 ? lo : lo ^ 1L << (bit - 64));
        for (int b = 0; b < flips.length; b++) {
          flips[b] += changed >>> b & 1;
        }
      }
      for (int flip : flips) {
        assertThat((double) flip / samples).as("input bit %d", bit).isBetween(0.47, 0.53);
      }
    }
  }

  private static double sigmas(int[] counts) {
    double expected = (double) IDS / counts.length;
    double chiSquare = 0;
    for (int count : counts) {
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    int freedom = counts.length - 1;
    return (chiSquare - freedom) / Math.sqrt(2.0 * freedom);
  }

  private static Arguments scheme(String name, IntFunction<TraceId> id) {
    return Arguments.of(name, id);
  }

  private static long bits(Random random, int count) {
    return random.nextLong() >>> (64 - count);
  }
}
