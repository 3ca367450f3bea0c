package io.ringtail.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigSection;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterConfigTest {
  @Test
  void read_nothing_isDefaults() {
    assertThat(ClusterConfig.read(new ConfigSection())).isEqualTo(ClusterConfig.defaults());
  }

  @Test
  void read_everyKey_isMapped() {
    ConfigFile file =
        ConfigFile.read(
            "ringtail.yaml",
            """
            cluster:
              name: prod
              bind: 10.0.0.1:7900
              discovery: dns
              hosts: [a:1, b:2]
              directory: /run/ringtail
              dns: ringtail.default.svc
              stack: /etc/stack.xml
              min-samplers: 3
              members:
                - { id: s0, link: 127.0.0.1:4319, weight: 7, ops: 127.0.0.1:9464, zone: z }
                - { id: r0, role: router }
            """);
    ClusterConfig config = ClusterConfig.read(file.root().section("cluster"));
    assertThat(file.problems()).isEmpty();
    assertThat(config)
        .isEqualTo(
            new ClusterConfig(
                "prod",
                "10.0.0.1",
                7900,
                ClusterConfig.Discovery.DNS,
                List.of("a:1", "b:2"),
                "/run/ringtail",
                "ringtail.default.svc",
                "/etc/stack.xml",
                config.members(),
                3));
    assertThat(config.members()).extracting(Member::nodeId).containsExactly("s0", "r0");
    assertThat(config.members()).extracting(Member::weight).containsExactly(7, 0);
    assertThat(config.members()).extracting(Member::linkAddress).contains("127.0.0.1:4319");
  }

  @Test
  void namesOnlyItself_staticWithoutOtherHosts() {
    assertThat(ClusterConfig.defaults().namesOnlyItself()).isTrue();
    assertThat(read("cluster: { hosts: ['127.0.0.1:7800'] }").namesOnlyItself()).isTrue();
    assertThat(read("cluster: { hosts: ['127.0.0.1:7801'] }").namesOnlyItself()).isFalse();
    assertThat(read("cluster: { bind: '[::1]:7800', hosts: ['[::1]:7800'] }").namesOnlyItself())
        .isTrue();
    assertThat(ClusterConfig.inDirectory("ringtail", "/tmp/x").namesOnlyItself()).isFalse();
  }

  private static ClusterConfig read(String yaml) {
    return ClusterConfig.read(ConfigFile.read("ringtail.yaml", yaml).root().section("cluster"));
  }

  @Test
  void read_stackOnly_choosesIt() {
    ConfigFile file = ConfigFile.read("ringtail.yaml", "cluster: { stack: /etc/stack.xml }");
    ClusterConfig config = ClusterConfig.read(file.root().section("cluster"));
    assertThat(config.discovery()).isEqualTo(ClusterConfig.Discovery.STACK);
    assertThat(file.problems()).isEmpty();
  }

  @Test
  void read_wrongValues_allAreTold() {
    ConfigFile file =
        ConfigFile.read(
            "ringtail.yaml",
            """
            cluster:
              bind: nowhere
              discovery: directory
              hosts:
                - host-without-port
                - host:1
                - other-without-port
              members: [{ role: router }]
            """);
    ClusterConfig.read(file.root().section("cluster"));
    assertThat(file.problems())
        .extracting(Object::toString)
        .anyMatch(p -> p.contains("cluster.bind: \"nowhere\" (expected host:port"))
        .anyMatch(
            p -> p.contains("5:7: cluster.hosts[0]: \"host-without-port\" (expected host:port"))
        .anyMatch(p -> p.contains("7:7: cluster.hosts[2]: \"other-without-port\" (expected host"))
        .anyMatch(p -> p.contains("directory: missing (expected a directory, with discovery:"))
        .anyMatch(p -> p.contains("id: missing (expected a node id)"));
  }
}
