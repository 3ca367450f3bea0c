package io.ringtail.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.config.ConfigSection;
import org.junit.jupiter.api.Test;

class OpsConfigTest {
  @Test
  void read_nothing_isDefaultsOnLoopback() {
    assertThat(OpsConfig.read(new ConfigSection())).isEqualTo(OpsConfig.defaults());
    assertThat(OpsConfig.defaults()).isEqualTo(new OpsConfig("127.0.0.1", 9464));
  }
}
