package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigSection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReceiveConfigTest {
  @Test
  void read_emptySection_givesDefaults() {
    assertThat(ReceiveConfig.read(new ConfigSection())).isEqualTo(ReceiveConfig.defaults());
  }

  @Test
  void read_everyKey_isMapped() {
    ConfigFile file =
        file(
            """
            grpc: 127.0.0.1:1
            http: off
            max-request-bytes: 2MiB
            max-bytes-in-flight: 8MiB
            context-headers: [X-Scope-OrgID, a]
            max-concurrent-calls: 3
            max-connections: 4
            max-header-bytes: 4KiB
            request-timeout: 5s
            idle-timeout: 6s
            max-connection-age: 7s
            max-connection-age-grace: 8s
            keepalive-time: 9s
            keepalive-timeout: 10s
            permit-keepalive-time: 11s
            """);
    ReceiveConfig config = ReceiveConfig.read(file.root());
    assertThat(file.problems()).isEmpty();
    assertThat(config.grpc()).hasToString("/127.0.0.1:1");
    assertThat(config.http()).isNull();
    assertThat(config.maxRequestBytes()).isEqualTo(2 << 20);
    assertThat(config.maxBytesInFlight()).isEqualTo(8 << 20);
    assertThat(config.contextHeaders()).isEqualTo(List.of("a", "x-scope-orgid"));
    assertThat(config.maxConcurrentCalls()).isEqualTo(3);
    assertThat(config.maxConnections()).isEqualTo(4);
    assertThat(config.maxHeaderBytes()).isEqualTo(4096);
    assertThat(config.times().requestTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.times().idleTimeout()).isEqualTo(Duration.ofSeconds(6));
    assertThat(config.times().maxConnectionAge()).isEqualTo(Duration.ofSeconds(7));
    assertThat(config.times().maxConnectionAgeGrace()).isEqualTo(Duration.ofSeconds(8));
    assertThat(config.times().keepaliveTime()).isEqualTo(Duration.ofSeconds(9));
    assertThat(config.times().keepaliveTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.times().permitKeepaliveTime()).isEqualTo(Duration.ofSeconds(11));
  }

  @Test
  void read_wrongValues_areAllReported() {
    ConfigFile file =
        file(
            """
            grpc: nowhere
            max-request-bytes: 64MiB
            max-bytes-in-flight: 2MiB
            context-headers: ["a b", x-bin, Host, User-Agent, grpc-timeout, X-Ok]
            """);
    ReceiveConfig.read(file.root());
    assertThat(file.problems().toString())
        .contains(
            "grpc: \"nowhere\" (expected host:port",
            "max-bytes-in-flight: 2097152 (expected: at least max-request-bytes",
            "\"a b\" (expected the name of a text header",
            "\"x-bin\" (expected the name of a text header",
            "\"host\" (expected the name of a text header",
            "\"user-agent\" (expected the name of a text header",
            "\"grpc-timeout\" (expected the name of a text header")
        .doesNotContain("x-ok");
  }

  @Test
  void read_requestsThatNoLinkCouldCarry_areRefused() {
    ConfigFile file = file("max-request-bytes: 129MiB\n");
    assertThat(ReceiveConfig.read(file.root()).maxRequestBytes()).isEqualTo(64 << 20);
    assertThat(file.problems().toString())
        .contains("max-request-bytes: \"129MiB\" (expected 1KiB to 128MiB)");
    assertThat(ReceiveConfig.read(file("max-request-bytes: 128MiB\n").root()).maxRequestBytes())
        .isEqualTo(128 << 20);
  }

  private static ConfigFile file(String text) {
    return ConfigFile.read("test.yaml", text, variable -> null);
  }
}
