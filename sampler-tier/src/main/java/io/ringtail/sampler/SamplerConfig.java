package io.ringtail.sampler;

import io.ringtail.admin.AdminConfig;
import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.NodeConfig;
import io.ringtail.config.ConfigSection;
import io.ringtail.ops.OpsConfig;
import io.ringtail.sampler.export.ExportConfig;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.store.ShardConfig;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * All of a sampler's settings.
 *
 * @param node who it is
 * @param cluster how it finds the others
 * @param ops where metrics and health are served
 * @param admin where the admin service listens
 * @param listen where routers open links to; port 0 is any free one
 * @param advertise {@code host:port} routers are told; empty to take it from {@code listen}
 * @param weight share of slots relative to the others
 * @param stopGrace longest time a stop may take to export what is held
 * @param shards buffering
 * @param export where kept traces go
 * @param tailSampling the policies
 */
public record SamplerConfig(
    NodeConfig node,
    ClusterConfig cluster,
    OpsConfig ops,
    AdminConfig admin,
    InetSocketAddress listen,
    String advertise,
    int weight,
    Duration stopGrace,
    ShardConfig shards,
    ExportConfig export,
    TailSamplingConfig tailSampling) {
  private static final String DEFAULT_LISTEN = "127.0.0.1:4319";
  private static final int DEFAULT_WEIGHT = 100;
  static final int MAX_WEIGHT = 10_000;

  /**
   * Reads a sampler's file.
   *
   * @param root of the file; problems go to it
   */
  public static SamplerConfig read(ConfigSection root) {
    root.ignore("router");
    ConfigSection sampler = root.section("sampler");
    ConfigSection link = sampler.section("link");
    TailSamplingConfig tail = TailSamplingConfig.readFrom(root);
    ShardConfig shards = ShardConfig.read(sampler, tail.numShards());
    if (!shards.fits(tail)) {
      root.section("tail_sampling")
          .problem(
              "decision_cache",
              "takes more than half of sampler.max-buffered-bytes, "
                  + shards.maxBufferedBytes()
                  + " (expected smaller sizes, or more bytes)");
    }
    return new SamplerConfig(
        NodeConfig.read(root.section("node")),
        ClusterConfig.read(root.section("cluster")),
        OpsConfig.read(root.section("ops")),
        AdminConfig.read(root.section("admin")),
        link.hostPort("listen", DEFAULT_LISTEN),
        link.string("advertise", ""),
        sampler.integer("weight", DEFAULT_WEIGHT, 1, MAX_WEIGHT),
        sampler.duration("stop-grace", Duration.ofSeconds(20), Duration.ZERO, Duration.ofHours(1)),
        shards,
        ExportConfig.read(sampler.section("export")),
        tail);
  }
}
