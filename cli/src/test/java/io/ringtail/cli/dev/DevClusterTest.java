package io.ringtail.cli.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.ringtail.config.ListenException;
import io.ringtail.sampler.policy.TailSamplingConfig;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @Test
  void start_portTaken_namesTheOption() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      DevCluster cluster =
          new DevCluster(
              new DevOptions(
                  1,
                  1,
                  port,
                  0,
                  0,
                  "1",
                  TailSamplingConfig.defaults(),
                  Optional.empty(),
                  Optional.empty()),
              trace -> {});
      try {
        assertThatThrownBy(cluster::start)
            .hasMessage(
                "--grpc-port: 127.0.0.1:"
                    + port
                    + ": address already in use (0 takes any free port)");
      } finally {
        cluster.stop();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "router.receive.grpc,--grpc-port",
    "router.receive.http,--http-port",
    "admin.listen,--admin-port",
    "ops.http,ops.http"
  })
  void addressTaken_isNamedAsItWasGiven(String key, String name) {
    ListenException taken = new ListenException(key, "127.0.0.1", 1, new BindException("no"));
    assertThat(DevCluster.inOptions(taken)).startsWith(name + ": 127.0.0.1:1: no");
  }

  private static String metrics(String ops) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + ops + "/metrics");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
