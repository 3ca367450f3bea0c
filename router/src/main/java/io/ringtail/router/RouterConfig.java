package io.ringtail.router;

import io.ringtail.admin.AdminConfig;
import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.NodeConfig;
import io.ringtail.config.ConfigSection;
import io.ringtail.ops.OpsConfig;
import io.ringtail.router.forward.ForwardConfig;
import io.ringtail.router.receive.ReceiveConfig;
import io.ringtail.router.retain.RetentionConfig;
import java.time.Duration;

/**
 * All of a router's settings.
 *
 * @param node who it is
 * @param cluster how it finds the others
 * @param ops where metrics and health are served
 * @param admin where the admin service listens
 * @param receive OTLP in
 * @param forward spans to samplers
 * @param retention accepted spans until they are settled
 * @param drainDelay how long it goes on accepting after it has said that it is not ready, because
 *     endpoint lists lag
 * @param drainGrace longest time requests already taken have to be answered and settled: {@code
 *     decision_wait}, an export and some seconds
 */
public record RouterConfig(
    NodeConfig node,
    ClusterConfig cluster,
    OpsConfig ops,
    AdminConfig admin,
    ReceiveConfig receive,
    ForwardConfig forward,
    RetentionConfig retention,
    Duration drainDelay,
    Duration drainGrace) {
  private static final Duration DRAIN_DELAY = Duration.ofSeconds(5);
  private static final Duration DRAIN_GRACE = Duration.ofSeconds(45);

  /**
   * Reads a router's file.
   *
   * @param root of the file; problems go to it
   */
  public static RouterConfig read(ConfigSection root) {
    root.ignore("sampler");
    root.ignore("tail_sampling");
    ConfigSection router = root.section("router");
    ConfigSection drain = router.section("drain");
    return new RouterConfig(
        NodeConfig.read(root.section("node")),
        ClusterConfig.read(root.section("cluster")),
        OpsConfig.read(root.section("ops")),
        AdminConfig.read(root.section("admin")),
        ReceiveConfig.read(router.section("receive")),
        ForwardConfig.read(router.section("forward")),
        RetentionConfig.read(router.section("retention")),
        drain.duration("delay", DRAIN_DELAY, Duration.ZERO, Duration.ofHours(1)),
        drain.duration("grace", DRAIN_GRACE, Duration.ZERO, Duration.ofHours(1)));
  }
}
