package io.ringtail.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.NodeConfig;
import io.ringtail.config.ConfigFile;
import io.ringtail.ops.OpsConfig;
import io.ringtail.sampler.export.ExportConfig;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.store.ShardConfig;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplerConfigTest {
  private static final String KEEP_ALL =
      "tail_sampling: { policies: [ { name: a, type: always_sample } ] }\n";

  private static ConfigFile file(String yaml) {
    return ConfigFile.read("t.yaml", yaml, Map.<String, String>of()::get);
  }

  @Test
  void policiesAlone_givesTheDefaults() {
    ConfigFile file = file(KEEP_ALL);
    SamplerConfig config = SamplerConfig.read(file.root());
    assertThat(file.problems()).isEmpty();
    assertThat(config.listen()).isEqualTo(new InetSocketAddress("127.0.0.1", 4319));
    assertThat(config.advertise()).isEmpty();
    assertThat(config.weight()).isEqualTo(100);
    assertThat(config.stopGrace()).isEqualTo(Duration.ofSeconds(20));
    assertThat(config.cluster()).isEqualTo(ClusterConfig.defaults());
    assertThat(config.ops()).isEqualTo(OpsConfig.defaults());
    assertThat(config.shards()).isEqualTo(ShardConfig.defaults());
    assertThat(config.export()).isEqualTo(ExportConfig.defaults());
    assertThat(config.tailSampling().decisionWait())
        .isEqualTo(TailSamplingConfig.defaults().decisionWait());
    assertThat(config.node()).isEqualTo(NodeConfig.read(file("").root()));
  }

  @Test
  void everyKey_isMapped() {
    ConfigFile file =
        file(
            """
            node: { id: sampler-3, zone: b }
            cluster: { name: prod, bind: "127.0.0.1:7900", hosts: ["127.0.0.1:7901"] }
            ops: { http: "127.0.0.1:9000" }
            sampler:
              link: { listen: "127.0.0.2:5000", advertise: "sampler-3.ringtail:5000" }
              weight: 250
              stop-grace: 90s
              shards: 3
              max-buffered-bytes: 32MiB
              high-water: 0.5
              queued-batches: 7
              max-trace-spans: 11
              max-trace-bytes: 2MiB
              export: { file: /tmp/kept.jsonl }
            tail_sampling:
              decision_wait: 12s
              policies: [ { name: a, type: always_sample } ]
            """);
    SamplerConfig config = SamplerConfig.read(file.root());
    assertThat(file.problems()).isEmpty();
    assertThat(config.node()).isEqualTo(new NodeConfig("sampler-3", "b"));
    assertThat(config.cluster().name()).isEqualTo("prod");
    assertThat(config.cluster().bindPort()).isEqualTo(7900);
    assertThat(config.cluster().hosts()).containsExactly("127.0.0.1:7901");
    assertThat(config.ops()).isEqualTo(new OpsConfig("127.0.0.1", 9000));
    assertThat(config.listen()).isEqualTo(new InetSocketAddress("127.0.0.2", 5000));
    assertThat(config.advertise()).isEqualTo("sampler-3.ringtail:5000");
    assertThat(config.weight()).isEqualTo(250);
    assertThat(config.stopGrace()).isEqualTo(Duration.ofSeconds(90));
    assertThat(config.shards()).isEqualTo(new ShardConfig(3, 32 << 20, 0.5, 7, 11, 2 << 20));
    assertThat(config.export().file()).contains(Path.of("/tmp/kept.jsonl"));
    assertThat(config.tailSampling().decisionWait()).isEqualTo(Duration.ofSeconds(12));
    assertThat(config.tailSampling().policies()).hasSize(1);
  }

  @Test
  void routersBlock_inAFileForBoth_isNotChecked() {
    ConfigFile file = file("router: { anything: 1 }\n" + KEEP_ALL);
    SamplerConfig.read(file.root());
    assertThat(file.problems()).isEmpty();
  }

  @Test
  void mistakes_inAllBlocks_areToldAtOnceEachAtItsPlace() {
    ConfigFile file =
        file(
            """
            node: { id: 7, zoone: a }
            cluster: { bind: nowhere }
            ops: { http: 9464 }
            sampler:
              link: { listen: 4319 }
              weight: 0
              stop-grace: 20
              shards: 65
              max-bufered-bytes: 1GiB
              export: { otlp: { endpoint: "ftp://x" } }
            tail_sampling:
              decision_wait: soon
              policies: [ { name: a, type: alway_sample } ]
            """);
    SamplerConfig.read(file.root());
    assertThat(file.problems())
        .extracting(Object::toString)
        .satisfiesExactlyInAnyOrder(
            p -> assertThat(p).startsWith("t.yaml:1:16: node.zoone: unknown key"),
            p -> assertThat(p).startsWith("t.yaml:2:18: cluster.bind: \"nowhere\" (expected "),
            p -> assertThat(p).startsWith("t.yaml:3:14: ops.http: \"9464\" (expected host:port"),
            p -> assertThat(p).startsWith("t.yaml:5:19: sampler.link.listen: \"4319\" (expected "),
            p ->
                assertThat(p).isEqualTo("t.yaml:6:11: sampler.weight: \"0\" (expected 1 to 10000)"),
            p ->
                assertThat(p).startsWith("t.yaml:7:15: sampler.stop-grace: \"20\" (expected a dur"),
            p -> assertThat(p).isEqualTo("t.yaml:8:11: sampler.shards: \"65\" (expected 0 to 64)"),
            p -> assertThat(p).startsWith("t.yaml:9:3: sampler.max-bufered-bytes: unknown key"),
            p ->
                assertThat(p).startsWith("t.yaml:10:31: sampler.export.otlp.endpoint: \"ftp://x\""),
            p -> assertThat(p).startsWith("t.yaml:12:18: tail_sampling.decision_wait: \"soon\""),
            p -> assertThat(p).startsWith("t.yaml:13:").contains("\"alway_sample\""));
  }

  @Test
  void decisionCache_thatLeavesNoRoomForSpans_isRefused() {
    ConfigFile file =
        file(
            """
            sampler: { max-buffered-bytes: 4MiB }
            tail_sampling:
              decision_cache: { sampled_cache_size: 10000000 }
              policies: [ { name: a, type: always_sample } ]
            """);
    SamplerConfig.read(file.root());
    assertThat(file.problems())
        .extracting(Object::toString)
        .containsExactly(
            "t.yaml:3:19: tail_sampling.decision_cache: takes more than half of"
                + " sampler.max-buffered-bytes, 4194304 (expected smaller sizes, or more bytes)");
  }
}
