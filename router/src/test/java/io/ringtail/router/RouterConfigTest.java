package io.ringtail.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigSection;
import io.ringtail.router.forward.ForwardConfig;
import io.ringtail.router.receive.ReceiveConfig;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouterConfigTest {
  @Test
  void emptyFile_givesTheDefaults() {
    RouterConfig config = RouterConfig.read(new ConfigSection());
    assertThat(config.forward()).isEqualTo(ForwardConfig.defaults());
    assertThat(config.forward().timeout()).isEqualTo(Duration.ofSeconds(8));
    assertThat(config.receive()).isEqualTo(ReceiveConfig.defaults());
    assertThat(config.drainDelay()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.drainGrace()).isEqualTo(Duration.ofSeconds(45));
  }

  @Test
  void everyKey_isMapped() {
    ConfigFile file =
        ConfigFile.read(
            "ringtail.yaml",
            """
            node: { id: router-7, zone: a }
            router:
              forward: { timeout: 3s, max-bytes-held: 64MiB, max-message-bytes: 256KiB }
              drain: { delay: 1s, grace: 2s }
            """,
            Map.<String, String>of()::get);
    RouterConfig config = RouterConfig.read(file.root());
    assertThat(file.problems()).isEmpty();
    assertThat(config.node().id()).isEqualTo("router-7");
    assertThat(config.forward())
        .isEqualTo(new ForwardConfig(Duration.ofSeconds(3), 64 << 20, 256 << 10));
    assertThat(config.drainDelay()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.drainGrace()).isEqualTo(Duration.ofSeconds(2));
  }
}
