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
  void within_lessMemoryThanConfigured_leavesAQuarterForOthers() {
    assertThat(RetentionConfig.defaults().within(400 << 20).maxBytes()).isEqualTo(100 << 20);
    assertThat(RetentionConfig.defaults().within(1L << 40)).isEqualTo(RetentionConfig.defaults());
  }

  private static RetentionConfig read(String yaml) {
    return RetentionConfig.read(ConfigFile.read("test.yaml", yaml, variable -> null).root());
  }
}
