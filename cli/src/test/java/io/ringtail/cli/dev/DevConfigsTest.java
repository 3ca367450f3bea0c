package io.ringtail.cli.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.config.ConfigFile;
import io.ringtail.router.RouterConfig;
import io.ringtail.sampler.SamplerConfig;
import io.ringtail.sampler.policy.TailSamplingConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DevConfigsTest {
  private static final String POLICIES = "policies: [ { name: a, type: always_sample } ]\n";

  private static SamplerConfig sampler(String policies) {
    return SamplerConfig.read(configs(policies).sampler(0).root());
  }

  private static DevConfigs configs(String policies) {
    TailSamplingConfig read =
        TailSamplingConfig.read(ConfigFile.read("p.yaml", policies + POLICIES).root());
    DevOptions options =
        new DevOptions(1, 3, 0, 0, 0, "1", read, Optional.empty(), Optional.empty());
    return new DevConfigs(options, "dev", Path.of("unused"));
  }

  @Test
  void sampler_stopsWithinTheTimeThatHelpTells() {
    assertThat(sampler("").stopGrace())
        .isEqualTo(Duration.ofSeconds(DevOptions.STOP_GRACE_SECONDS));
  }

  @Test
  void everyListener_isOnLoopback() {
    SamplerConfig sampler = sampler("");
    RouterConfig router = RouterConfig.read(configs("").router(0).root());
    assertThat(
            List.of(
                Objects.requireNonNull(router.receive().grpc()).getHostString(),
                Objects.requireNonNull(router.receive().http()).getHostString(),
                router.ops().host(),
                router.cluster().bindHost(),
                sampler.listen().getHostString(),
                sampler.ops().host(),
                router.admin().listen().orElseThrow().getHostString(),
                sampler.admin().listen().orElseThrow().getHostString(),
                sampler.cluster().bindHost()))
        .containsOnly("127.0.0.1");
  }

  @Test
  void sampler_hasTheShardsThePoliciesFileAsksFor() {
    assertThat(sampler("num_shards: 5\n").shards().shards()).isEqualTo(5);
    assertThat(sampler("num_shards: 200\n").shards().shards()).isEqualTo(64);
    assertThat(sampler("").shards().shards()).isBetween(1, 8);
  }
}
