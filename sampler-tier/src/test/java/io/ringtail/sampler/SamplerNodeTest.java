package io.ringtail.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.admin.report.Reasons;
import io.ringtail.config.ConfigFile;
import io.ringtail.config.ListenException;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.rules.Rules;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is said of an address that a sampler cannot have. */
class SamplerNodeTest {
  private ServerSocket taken;

  @BeforeEach
  void take() throws Exception {
    taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
  }

  @AfterEach
  void giveBack() throws Exception {
    taken.close();
  }

  @Test
  void link_portInUse_isOneLineWithItsKey() {
    assertInUse("sampler.link.listen", "link: { listen: '127.0.0.1:%d' }", "");
  }

  @Test
  void ops_portInUse_isOneLineWithItsKey() {
    assertInUse("ops.http", "link: { listen: '127.0.0.1:0' }", "ops: { http: '127.0.0.1:%d' }");
  }

  @Test
  void admin_portInUse_isOneLineWithItsKey() {
    assertInUse(
        "admin.listen",
        "link: { listen: '127.0.0.1:0' }",
        "ops: { http: '127.0.0.1:0' }\nadmin: { listen: '127.0.0.1:%d' }");
  }

  @Test
  void cluster_portInUse_isOneLineWithItsKey() {
    assertInUse(
        "cluster.bind",
        "link: { listen: '127.0.0.1:0' }",
        "ops: { http: '127.0.0.1:0' }\nadmin: { listen: '127.0.0.1:0' }\ncluster: { bind: '127.0.0.1:%d' }");
  }

  /** So that whoever adds a reason says what it means to operators. */
  @Test
  void reasons_ofAllCounters_standInTheAdminServicesTable() {
    try (SamplerNode node =
        node("link: { listen: '127.0.0.1:0' }, export: { otlp: { endpoint: 'http://a:1' } }", "")) {
      assertThat(Reasons.missing(node.metrics())).isEmpty();
    }
  }

  private void assertInUse(String key, String sampler, String more) {
    int port = taken.getLocalPort();
    try (SamplerNode node = node(sampler.formatted(port), more.formatted(port))) {
      assertThatThrownBy(node::start)
          .isInstanceOf(ListenException.class)
          .hasMessage(key + ": 127.0.0.1:" + port + ": address already in use");
    }
  }

  private static SamplerNode node(String sampler, String more) {
    ConfigFile file =
        ConfigFile.read(
            "t.yaml",
            """
            sampler: { shards: 1, max-buffered-bytes: 8MiB, %s }
            tail_sampling: { policies: [ { name: a, type: always_sample } ] }
            %s
            """
                .formatted(sampler, more),
            Map.<String, String>of()::get);
    SamplerConfig config = SamplerConfig.read(file.root());
    assertThat(file.problems()).isEmpty();
    return new SamplerNode(config, trace -> {}, MemoryLimits.ofJvm(), Rules.ALL);
  }
}
