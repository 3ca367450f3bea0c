package io.ringtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.ClusterConfig;
import io.ringtail.config.ConfigSection;
import io.ringtail.ops.OpsConfig;
import io.ringtail.router.RouterConfig;
import io.ringtail.sampler.SamplerConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Whoever wants others to reach a node says so: nothing listens beyond this machine by default. */
class DefaultListenersTest {
  @Test
  void everyListener_ofBothTiers_isOnLoopback() {
    RouterConfig router = RouterConfig.read(new ConfigSection());
    SamplerConfig sampler = SamplerConfig.read(new ConfigSection());
    Map<String, InetSocketAddress> listeners =
        Map.of(
            "router.receive.grpc", Objects.requireNonNull(router.receive().grpc()),
            "router.receive.http", Objects.requireNonNull(router.receive().http()),
            "router's ops.http", of(router.ops()),
            "router's cluster.bind", of(router.cluster()),
            "sampler.link.listen", sampler.listen(),
            "sampler's ops.http", of(sampler.ops()),
            "sampler's cluster.bind", of(sampler.cluster()));
    assertThat(listeners)
        .allSatisfy(
            (key, address) ->
                assertThat(address.getAddress())
                    .as(key)
                    .isNotNull()
                    .matches(InetAddress::isLoopbackAddress));
  }

  private static InetSocketAddress of(OpsConfig ops) {
    return new InetSocketAddress(ops.host(), ops.port());
  }

  private static InetSocketAddress of(ClusterConfig cluster) {
    return new InetSocketAddress(cluster.bindHost(), cluster.bindPort());
  }
}
