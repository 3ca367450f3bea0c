package io.ringtail.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigSection;
import io.ringtail.memory.JvmMemory;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.memory.MemoryPart;
import io.ringtail.metrics.Metrics;
import io.ringtail.router.forward.ForwardConfig;
import io.ringtail.router.receive.ReceiveConfig;
import io.ringtail.router.retain.RetentionConfig;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RouterMemoryTest {
  private static final long MIB = 1 << 20;

  private static ConfigSection section(String text) {
    return ConfigFile.read("t.yaml", "{" + text + "}", name -> null).root();
  }

  private static RouterMemory plan(long directMib, long heapMib, String receive, String retention) {
    return RouterMemory.of(
        new MemoryLimits(directMib * MIB, heapMib * MIB, 2),
        ReceiveConfig.read(section(receive)),
        ForwardConfig.defaults(),
        RetentionConfig.read(section(retention)));
  }

  @Test
  void defaults_inFourGibibytes_areNotCut() {
    RouterMemory plan = plan(4096, 8192, "", "");
    assertThat(plan.cuts()).isEmpty();
    assertThat(plan.retention().maxBytes()).isBetween(1800 * MIB, 2048 * MIB);
    assertThat(plan.receive().maxRequestBytes()).isEqualTo(64 * MIB);
  }

  @Test
  void moreThanFits_isCutAndSaid() {
    RouterMemory plan = plan(128, 160, "", "max-bytes: 512MiB");
    assertThat(plan.retention().maxBytes()).isBetween(54 * MIB, 64 * MIB);
    assertThat(plan.cuts())
        .anySatisfy(
            cut ->
                assertThat(cut)
                    .contains("router.retention.max-bytes is " + plan.retention().maxBytes())
                    .contains("instead of " + 512 * MIB))
        .anySatisfy(cut -> assertThat(cut).contains("max-request-bytes"));
  }

  @Test
  void retentionOff_takesNothing() {
    RouterMemory plan = plan(128, 160, "", "max-bytes: 0");
    assertThat(plan.retentionBytes()).isZero();
    assertThat(plan.retention().isOn()).isFalse();
  }

  @Test
  void tooLittleForAnyRouter_isRefusedWithTheFlagToSet() {
    assertThatThrownBy(() -> plan(15, 160, "", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-XX:MaxDirectMemorySize");
  }

  /** With the flags of scripts/jvm.flags, and nothing configured. */
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
    RouterMemory plan =
        RouterMemory.of(
            jvm.limits(),
            ReceiveConfig.defaults(),
            ForwardConfig.defaults(),
            RetentionConfig.defaults());
    assertThat(MemoryPart.sum(plan.parts()) + jvm.heapBytes() + jvm.overheadBytes())
        .isLessThanOrEqualTo(mib * MIB);
    if (mib >= 512) {
      assertThat(plan.plan().leastHeapBytes()).isLessThanOrEqualTo(jvm.heapBytes());
    }
    assertThat(plan.retention().maxBytes())
        .isGreaterThan(plan.limits().directBytes() / 4)
        .isGreaterThan(4 * MIB);
    assertThat(plan.receive().maxRequestBytes()).isGreaterThan((int) (2 * MIB));
    assertThat(plan.forward().maxBytesHeld()).isGreaterThan(16 * MIB);
    assertThat(plan.writeBytes()).isGreaterThan(4 * MIB);
    assertThat(plan.cuts()).noneMatch(cut -> cut.contains("retention"));
  }

  @Test
  void tooSmallALimit_isRefusedWithTheLeastThatWorks() {
    JvmMemory jvm = new JvmMemory(192 * MIB, 63 * MIB, 1L << 40, false, 2);
    assertThatThrownBy(
            () ->
                RouterMemory.of(
                    jvm.limits(),
                    ReceiveConfig.defaults(),
                    ForwardConfig.defaults(),
                    RetentionConfig.defaults()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("give this process");
  }

  private static long readBuffers(RouterMemory plan) {
    return (long) plan.readBytes() * plan.limits().processors();
  }

  @Test
  void parts_ofAnyLimitsAndSettings_fitTogether() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 5_000; round++) {
      long direct = (long) (16 * MIB * Math.pow(2, random.nextDouble(0, 13)));
      MemoryLimits limits =
          new MemoryLimits(
              direct, (long) (direct * random.nextDouble(0.5, 4)), 1 + random.nextInt(128));
      int request = 1024 + random.nextInt(1 << 30);
      String receive =
          "max-request-bytes: "
              + request
              + ", max-bytes-in-flight: "
              + (Math.max(MIB, request) + random.nextLong(1L << 32));
      String retention =
          "max-bytes: "
              + (random.nextInt(10) == 0 ? 0 : random.nextLong(1L << 36))
              + ", when-full: "
              + (random.nextBoolean() ? "forget" : "refuse");
      String told = "seed " + seed + " round " + round + " " + limits + receive + " " + retention;
      RouterMemory plan =
          RouterMemory.of(
              limits,
              ReceiveConfig.read(section(receive)),
              ForwardConfig.defaults(),
              RetentionConfig.read(section(retention)));

      assertThat(MemoryPart.sum(plan.parts())).as(told).isLessThanOrEqualTo(direct);
      assertThat(plan.parts()).as(told).allSatisfy(p -> assertThat(p.bytes()).isNotNegative());
      assertThat(plan.retention().memoryBytesFor(plan.forward().maxBytesHeld()))
          .as(told)
          .isLessThanOrEqualTo(plan.retentionBytes());
      assertThat(plan.receive().maxBytesIncoming())
          .as(told)
          .isLessThanOrEqualTo(plan.receiveBytes() - plan.receiveBytes() / 3)
          .isGreaterThanOrEqualTo(plan.receive().maxRequestBytes() * 3L / 2);
      assertThat(plan.forward().maxUnsentBytes()).as(told).isLessThan(plan.writeBytes());
      if (round % 100 == 0) { // it makes many arenas
        assertThat(plan.connections(new Metrics()).limitBytes() + readBuffers(plan))
            .as(told)
            .isEqualTo(plan.receiveBytes() + plan.writeBytes() + plan.networkBytes());
      }
    }
  }
}
