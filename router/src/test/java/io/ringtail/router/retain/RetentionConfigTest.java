package io.ringtail.router.retain;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.config.ConfigFile;
import io.ringtail.router.retain.RetentionConfig.WhenFull;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetentionConfigTest {
  @Test
  void emptySection_isTheDefaults() {
    assertThat(read("{}")).isEqualTo(RetentionConfig.defaults());
    assertThat(RetentionConfig.defaults().isOn()).isTrue();
  }

  @Test
  void everyKey_isMapped() {
    assertThat(read("{ max-bytes: 2GiB, when-full: refuse, cover: 90s }"))
        .isEqualTo(new RetentionConfig(2L << 30, WhenFull.REFUSE, Duration.ofSeconds(90)));
    assertThat(read("{ max-bytes: 0 }").isOn()).isFalse();
  }

  @Test
  void within_lessMemoryThanItMayTake_keepsWhatFitsAndHardlyLess() {
    RetentionConfig all = read("{ max-bytes: 1GiB }");
    assertThat(all.within(1L << 40, 0).maxBytes()).isEqualTo(all.maxBytes());
    for (WhenFull whenFull : WhenFull.values()) {
      RetentionConfig config = new RetentionConfig(512 << 20, whenFull, Duration.ZERO);
      RetentionConfig cut = config.within(100 << 20, 256 << 20);
      assertThat(cut.memoryBytesFor(256 << 20)).isBetween(99L << 20, 100L << 20);
      assertThat(cut.memoryBytes()).isEqualTo(100 << 20);
    }
  }

  private static RetentionConfig read(String yaml) {
    return RetentionConfig.read(ConfigFile.read("test.yaml", yaml, variable -> null).root());
  }
}
