package io.ringtail.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.config.ConfigFile;
import org.junit.jupiter.api.Test;

class AdminConfigTest {
  private static ConfigFile file(String text) {
    return ConfigFile.read("t.yaml", text, variable -> null);
  }

  @Test
  void listen_notSet_isLoopback() {
    AdminConfig config = AdminConfig.read(file("{}").root().section("admin"));
    assertThat(config.listen().orElseThrow().getHostString()).isEqualTo("127.0.0.1");
    assertThat(config.listen().orElseThrow().getPort()).isEqualTo(4320);
  }

  @Test
  void listen_set_isTaken() {
    ConfigFile file = file("admin: { listen: '0.0.0.0:99' }");
    AdminConfig config = AdminConfig.read(file.root().section("admin"));
    assertThat(config.listen().orElseThrow().getHostString()).isEqualTo("0.0.0.0");
    assertThat(config.listen().orElseThrow().getPort()).isEqualTo(99);
    assertThat(file.problems()).isEmpty();
  }

  @Test
  void listen_off_isNone() {
    ConfigFile file = file("admin: { listen: off }");
    assertThat(AdminConfig.read(file.root().section("admin"))).isEqualTo(AdminConfig.off());
    assertThat(file.problems()).isEmpty();
    assertThat(file.effective()).contains("listen: off");
  }

  @Test
  void listen_noAddress_isAProblemWithItsPlace() {
    ConfigFile file = file("admin: { listen: somewhere, port: 1 }");
    AdminConfig.read(file.root().section("admin"));
    assertThat(file.problems().toString())
        .contains("t.yaml:1:18: admin.listen: \"somewhere\"", "admin.port: unknown key");
  }
}
