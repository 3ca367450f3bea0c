package io.ringtail.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigSection;
import io.ringtail.memory.JvmMemory;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.memory.MemoryPart;
import io.ringtail.sampler.export.ExportConfig;
import io.ringtail.sampler.store.ShardConfig;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SamplerMemoryTest {
  private static final long MIB = 1 << 20;
  private static final String OTLP = "otlp: { endpoint: 'http://127.0.0.1:1' }";

  private static ConfigSection section(String text) {
    return ConfigFile.read("t.yaml", "{" + text + "}", name -> null).root();
  }

  private static SamplerMemory plan(long directMib, int processors, String shards, String export) {
    return SamplerMemory.of(
        new MemoryLimits(directMib * MIB, directMib * MIB, processors),
        ShardConfig.read(section(shards)),
        ExportConfig.read(section(export)));
  }

  @Test
  void configuredBytes_thatFit_areKept() {
    SamplerMemory plan = plan(2048, 4, "shards: 4, max-buffered-bytes: 1GiB", OTLP);
    assertThat(plan.cuts()).isEmpty();
    assertThat(plan.shards().maxBufferedBytes()).isEqualTo(1024 * MIB);
    assertThat(plan.export().maxQueuedBytes()).isEqualTo(64 * MIB);
    assertThat(plan.slabBytes()).isEqualTo(plan.shards().slabBytesFor());
  }

  @Test
  void halfOfASmallJvm_isEnoughForSpansIfTheQueueIsCut() {
    SamplerMemory plan = plan(128, 2, "shards: 2, max-buffered-bytes: 64MiB", OTLP);
    assertThat(plan.shards().maxBufferedBytes()).isEqualTo(64 * MIB);
    assertThat(plan.export().maxQueuedBytes()).isBetween(12 * MIB, 32 * MIB);
    assertThat(plan.cuts()).hasSize(1).first().asString().contains("export.max-queued-bytes");
  }

  @Test
  void moreThanFits_isCutAndSaid() {
    SamplerMemory plan = plan(256, 2, "shards: 2, max-buffered-bytes: 1GiB", OTLP);
    assertThat(plan.shards().maxBufferedBytes()).isBetween(100 * MIB, 200 * MIB);
    assertThat(plan.cuts())
        .anySatisfy(
            cut ->
                assertThat(cut)
                    .contains("sampler.max-buffered-bytes is " + plan.shards().maxBufferedBytes())
                    .contains("instead of " + 1024 * MIB));
  }

  @Test
  void tooLittleForAnySampler_isRefusedWithTheFlagToSet() {
    assertThatThrownBy(() -> plan(15, 2, "", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-XX:MaxDirectMemorySize");
  }

  /** With the flags of scripts/jvm.flags, and nothing configured but where traces go. */
  @ParameterizedTest
  @CsvSource({
    "384, 1",
    "384, 2",
    "512, 2",
    "768, 2",
    "1024, 2",
    "1536, 4",
    "2048, 2",
    "4096, 4",
    "8192, 8",
    "16384, 8",
    "16384, 16"
  })
  void oneLimit_fromSmallToLarge_isDividedSensibly(long mib, int processors) {
    JvmMemory jvm = new JvmMemory(mib * MIB, mib * MIB * 33 / 100, 1L << 40, false, processors);
    SamplerMemory plan =
        SamplerMemory.of(
            jvm.limits(), ShardConfig.read(section("shards: 2")), ExportConfig.read(section(OTLP)));
    assertThat(MemoryPart.sum(plan.parts()) + jvm.heapBytes() + jvm.overheadBytes())
        .isLessThanOrEqualTo(mib * MIB);
    if (mib >= 512) {
      assertThat(plan.plan().leastHeapBytes()).isLessThanOrEqualTo(jvm.heapBytes());
    }
    assertThat(plan.shards().maxBufferedBytes())
        .isGreaterThan(plan.limits().directBytes() / 4)
        .isGreaterThan(12 * MIB);
    assertThat(plan.export().maxQueuedBytes()).isGreaterThan(2 * MIB);
    assertThat(plan.readBytes()).isGreaterThan(2 * MIB);
    assertThat(plan.cuts()).noneMatch(cut -> cut.contains("max-buffered-bytes"));
  }

  @Test
  void tooSmallALimit_isRefusedWithTheLeastThatWorks() {
    JvmMemory jvm = new JvmMemory(192 * MIB, 63 * MIB, 1L << 40, false, 2);
    assertThatThrownBy(
            () -> SamplerMemory.of(jvm.limits(), ShardConfig.defaults(), ExportConfig.defaults()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("give this process");
  }

  @Test
  void exportInFlight_coversTheLargestTrace() {
    SamplerMemory plan = plan(128, 2, "max-trace-bytes: 1GiB", OTLP);
    assertThat((long) plan.shards().maxTraceBytes()).isEqualTo(8 * MIB);
    assertThat(plan.exportBytes())
        .isGreaterThanOrEqualTo(plan.export().maxInFlightBytes() * 5 / 4)
        .isGreaterThanOrEqualTo(plan.shards().maxTraceBytes() * 5L / 4);
  }

  @Test
  void parts_ofAnyLimitsAndSettings_fitTogether() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 5_000; round++) {
      long direct = (long) (16 * MIB * Math.pow(2, random.nextDouble(0, 13)));
      MemoryLimits limits =
          new MemoryLimits(
              direct, (long) (direct * random.nextDouble(0.2, 4)), 1 + random.nextInt(128));
      String shards =
          "shards: "
              + (1 + random.nextInt(direct < 64 * MIB ? 8 : 64))
              + ", max-buffered-bytes: "
              + (long) (4 * MIB * Math.pow(2, random.nextDouble(0, 12)))
              + ", max-trace-bytes: "
              + (1024 + random.nextInt(1 << 30));
      String export =
          (random.nextBoolean() ? OTLP + ", " : "")
              + (random.nextBoolean() ? "file: /tmp/x, " : "")
              + "max-queued-bytes: "
              + (1024 + random.nextLong(1L << 34))
              + ", max-request-bytes: "
              + (1 + random.nextInt(64 << 20));
      String told = "seed " + seed + " round " + round + " " + limits + " " + shards + " " + export;
      ShardConfig asked = ShardConfig.read(section(shards));
      SamplerMemory plan = SamplerMemory.of(limits, asked, ExportConfig.read(section(export)));

      assertThat(MemoryPart.sum(plan.parts())).as(told).isLessThanOrEqualTo(direct);
      assertThat(plan.parts()).as(told).allSatisfy(p -> assertThat(p.bytes()).isNotNegative());
      assertThat(plan.slabBytes())
          .as(told)
          .isGreaterThanOrEqualTo(plan.shards().slabBytesFor())
          .isLessThanOrEqualTo(asked.slabBytesFor());
      assertThat(plan.keptBytes()).as(told).isGreaterThanOrEqualTo(MIB);
      assertThat(plan.export().maxQueuedBytes() * plan.export().destinations())
          .as(told)
          .isLessThanOrEqualTo(plan.keptBytes());
      assertThat(plan.readBytes()).as(told).isGreaterThanOrEqualTo(MIB);
    }
  }
}
