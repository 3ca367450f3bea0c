package io.ringtail.sampler.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.config.ConfigFile;
import org.junit.jupiter.api.Test;

class ShardConfigTest {
  @Test
  void everyKey_isRead() {
    ConfigFile file =
        ConfigFile.read(
            "t.yaml",
            "{shards: 3, max-buffered-bytes: 2GiB, high-water: 0.7, queued-batches: 9,"
                + " max-trace-spans: 100, max-trace-bytes: 1MiB}",
            name -> null);
    assertThat(ShardConfig.read(file.root()))
        .isEqualTo(new ShardConfig(3, 2L << 30, 0.7, 9, 100, 1 << 20));
    assertThat(file.problems()).isEmpty();
  }

  @Test
  void defaults_areSafe() {
    ShardConfig config = ShardConfig.defaults();
    assertThat(config.shards()).isBetween(1, 8);
    assertThat(config.isAuto()).isTrue();
    assertThat(config.highWater()).isEqualTo(0.85);
    assertThat(config.maxTraceSpans()).isEqualTo(10_000);
    assertThat(config.maxTraceBytes()).isEqualTo(8 << 20);
  }

  @Test
  void wrongValues_areAllReported() {
    ConfigFile file =
        ConfigFile.read("t.yaml", "{shards: 65, high-water: 2, max-trace-spans: 0}", name -> null);
    ShardConfig.read(file.root());
    assertThat(file.problems()).hasSize(3);
  }

  @Test
  void fitting_moreMemoryThanNeeded_isTheSame() {
    ShardConfig config = ShardConfig.defaults();
    assertThat(config.fitting(config.slabBytesFor())).isSameAs(config);
  }

  @Test
  void fitting_lessMemory_buffersWhatItIsEnoughForAndHardlyLess() {
    for (long mib = 4; mib < 1024; mib = mib * 5 / 4) {
      long bytes = mib << 20;
      ShardConfig fitting = ShardConfig.defaults().fitting(bytes);
      assertThat(fitting.slabBytesFor()).isBetween(bytes - bytes / 8, bytes);
      assertThat(fitting.maxBufferedBytes()).isLessThan(bytes);
    }
  }

  @Test
  void fitting_noMemory_isRefused() {
    assertThatThrownBy(() -> ShardConfig.defaults().fitting(1024))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1024");
  }
}
