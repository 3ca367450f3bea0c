package io.ringtail.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigSection;
import org.junit.jupiter.api.Test;

class OpsConfigTest {
  @Test
  void read_nothing_isDefaultsOnLoopback() {
    assertThat(OpsConfig.read(new ConfigSection())).isEqualTo(OpsConfig.defaults());
    assertThat(OpsConfig.defaults()).isEqualTo(new OpsConfig("127.0.0.1", 9464));
  }

  @Test
  void read_everyKey_isMapped() {
    ConfigFile file = ConfigFile.read("ringtail.yaml", "ops: { http: 0.0.0.0:0 }");
    assertThat(OpsConfig.read(file.root().section("ops"))).isEqualTo(new OpsConfig("0.0.0.0", 0));
    assertThat(file.problems()).isEmpty();
  }

  @Test
  void read_noPort_isTold() {
    ConfigFile file = ConfigFile.read("ringtail.yaml", "ops: { http: localhost }");
    OpsConfig.read(file.root().section("ops"));
    assertThat(file.problems())
        .extracting(Object::toString)
        .anyMatch(p -> p.contains("ops.http: \"localhost\" (expected host:port"));
  }
}
