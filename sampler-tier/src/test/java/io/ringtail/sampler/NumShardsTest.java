package io.ringtail.sampler;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.config.ConfigFile;
import io.ringtail.sampler.store.ShardConfig;
import org.junit.jupiter.api.Test;

class NumShardsTest {
  private static int shardsOf(String yaml) {
    ConfigFile file = ConfigFile.read("test.yaml", yaml + POLICY, variable -> null);
    int shards = SamplerConfig.read(file.root()).shards().shards();
    assertThat(file.problems()).isEmpty();
    return shards;
  }

  private static final String POLICY = "  policies: [ { name: a, type: always_sample } ]\n";

  @Test
  void numShards_ofACollectorsConfig_countsUnlessShardsSaysOther() {
    assertThat(shardsOf("tail_sampling:\n  num_shards: 7\n")).isEqualTo(7);
    assertThat(shardsOf("tail_sampling:\n  num_shards: 256\n")).isEqualTo(64);
    assertThat(shardsOf("sampler: { shards: 3 }\ntail_sampling:\n  num_shards: 7\n")).isEqualTo(3);
    assertThat(shardsOf("tail_sampling:\n  num_shards: 0\n"))
        .isEqualTo(ShardConfig.defaults().shards());
  }
}
