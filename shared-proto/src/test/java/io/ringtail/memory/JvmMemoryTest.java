package io.ringtail.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JvmMemoryTest {
  private static final long MIB = 1 << 20;
  private static final long NEVER_BINDS = 1L << 40;

  /** With the flags of scripts/jvm.flags. */
  private static JvmMemory limited(long limitMib, int processors) {
    long limit = limitMib * MIB;
    return new JvmMemory(limit, limit * 33 / 100, NEVER_BINDS, false, processors);
  }

  @ParameterizedTest
  @CsvSource({"320, 2", "512, 2", "1024, 2", "2048, 4", "4096, 8", "8192, 16", "16384, 32"})
  void heapDirectAndOverhead_ofAnyLimit_areTheLimit(long mib, int processors) {
    JvmMemory memory = limited(mib, processors);
    MemoryLimits limits = memory.limits().enoughFor("a node");
    assertThat(limits.heapBytes() + limits.directBytes() + memory.overheadBytes())
        .isEqualTo(memory.limitBytes());
    assertThat(memory.overheadBytes()).isGreaterThan(JvmMemory.BASE_BYTES);
  }

  @Test
  void largeLimit_goesMostlyToBuffersOutsideTheHeap() {
    assertThat(limited(16_384, 8).limits().directBytes()).isGreaterThan(9_000 * MIB);
  }

  @Test
  void tooSmallALimit_isRefusedWithTheLeastThatWorks() {
    JvmMemory memory = limited(200, 2);
    assertThatThrownBy(() -> memory.limits().enoughFor("a router"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("for a router")
        .hasMessageContaining("give this process " + memory.leastLimitBytes() / MIB + " MiB")
        .hasMessageContaining("of the 200 it may take now");
  }

  @ParameterizedTest
  @CsvSource({"200, 1", "200, 2", "256, 8", "300, 64", "16, 1"})
  void leastLimit_ofTooSmallAOne_isEnoughAndOneMibLessIsNot(long mib, int processors) {
    long least = limited(mib, processors).leastLimitBytes() / MIB;
    assertThat(limited(least, processors).limits().directBytes())
        .isGreaterThanOrEqualTo(MemoryLimits.LEAST_DIRECT_BYTES);
    assertThat(limited(least - 2, processors).limits().directBytes())
        .isLessThan(MemoryLimits.LEAST_DIRECT_BYTES);
  }

  @Test
  void leastLimit_withAHeapThatLeavesNothing_keepsItsSize() {
    JvmMemory memory = new JvmMemory(512 * MIB, 500 * MIB, NEVER_BINDS, false, 2);
    assertThatThrownBy(() -> memory.limits().enoughFor("a sampler"))
        .hasMessageContaining("the heap has 500");
    JvmMemory enough = new JvmMemory(memory.leastLimitBytes(), 500 * MIB, NEVER_BINDS, false, 2);
    assertThat(enough.limits().directBytes())
        .isBetween(MemoryLimits.LEAST_DIRECT_BYTES, MemoryLimits.LEAST_DIRECT_BYTES + 2 * MIB);
  }

  @Test
  void flagOfTheUsers_wins_smallerOrLarger() {
    assertThat(new JvmMemory(512 * MIB, 100 * MIB, 64 * MIB, true, 2).limits().directBytes())
        .isEqualTo(64 * MIB);
    assertThat(new JvmMemory(512 * MIB, 100 * MIB, 900 * MIB, true, 2).limits().directBytes())
        .isEqualTo(900 * MIB);
  }

  @Test
  void jvmThatGivesLess_withoutAFlag_isNotAskedForMore() {
    assertThat(new JvmMemory(8192 * MIB, 256 * MIB, 256 * MIB, false, 2).limits().directBytes())
        .isEqualTo(256 * MIB);
  }

  @Test
  void tooLittle_withAFlagOfTheUsers_namesTheFlag() {
    assertThatThrownBy(
            () ->
                new JvmMemory(512 * MIB, 100 * MIB, 4 * MIB, true, 2)
                    .limits()
                    .enoughFor("a sampler"))
        .hasMessageContaining("-XX:MaxDirectMemorySize");
  }

  @Test
  void machineBytes_areThoseOfTheMachine() {
    assertThat(
            JvmMemory.machineBytes(
                List.of("MemTotal:       24683876 kB", "MemFree:        20102592 kB")))
        .isEqualTo(24_683_876L * 1024);
    assertThat(JvmMemory.machineBytes(List.of())).isZero();
  }

  @Test
  void thisProcess_hasALimitThatHoldsItsHeap() {
    JvmMemory memory = JvmMemory.ofProcess();
    assertThat(memory.heapBytes()).isBetween(Runtime.getRuntime().maxMemory(), 1L << 46);
    assertThat(memory.limitBytes()).isGreaterThan(64 * MIB);
    assertThat(MemoryLimits.ofJvm().directBytes()).isEqualTo(memory.mostDirectBytes());
  }
}
