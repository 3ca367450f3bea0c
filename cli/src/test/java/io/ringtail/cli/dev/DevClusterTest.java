package io.ringtail.cli.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ringtail.sampler.policy.TailSamplingConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DevClusterTest {
  private static final DevOptions TWO_AND_THREE =
      new DevOptions(
          2, 3, 0, 0, 0, "1", TailSamplingConfig.defaults(), Optional.empty(), Optional.empty());

  @Test
  void whyNotAll_aNodeOrALinkIsMissing_saysSo() {
    assertThat(DevCluster.whyNotAll(TWO_AND_THREE, 4, 3)).contains("a router sees 4 of 5 nodes");
    assertThat(DevCluster.whyNotAll(TWO_AND_THREE, 5, 2))
        .contains("a router has links to 2 of 3 samplers");
    assertThat(DevCluster.whyNotAll(TWO_AND_THREE, 5, 3)).isEmpty();
  }

  @Test
  void ready_everyRouterSeesAllNodes() throws Exception {
    DevCluster cluster = new DevCluster(TWO_AND_THREE, trace -> {});
    try {
      cluster.start();
      await().atMost(Duration.ofSeconds(60)).until(() -> cluster.notReady().isEmpty());
      for (String ops : cluster.opsAddresses().subList(0, 2)) {
        assertThat(metrics(ops))
            .contains("ringtail_cluster_members{role=\"router\"} 2")
            .contains("ringtail_cluster_members{role=\"sampler\"} 3")
            .contains("ringtail_router_links_up 3");
      }
    } finally {
      cluster.stop();
    }
  }

  private static String metrics(String ops) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + ops + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
