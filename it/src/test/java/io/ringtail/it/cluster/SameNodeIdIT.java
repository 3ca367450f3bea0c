package io.ringtail.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.harness.RequestBodies;
import io.ringtail.it.harness.Sender;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two samplers with one node id: the newer takes over, the older says so and stops. */
class SameNodeIdIT {
  private static final String KEEP_ALL =
      """
      tail_sampling:
        decision_wait: 500ms
        policies:
          - { name: all, type: always_sample }
      """;

  @TempDir private Path directory;

  @Test
  void secondSamplerOfOneId_joins_olderIsFencedAndNewerServes() throws Exception {
    try (OtlpSink sink = OtlpSink.counting(0);
        Cluster cluster =
            new Cluster(directory, Cluster.Settings.small(KEEP_ALL, sink.port())).start(1, 2);
        Sender sender = new Sender(List.of(cluster.routers().get(0).grpcPort()), 4)) {
      Cluster.Node older = cluster.samplers().get(0);
      try (AutoCloseableNode newer =
          new AutoCloseableNode(cluster.startSampler("sampler-0-again", "sampler-0"))) {
        newer.node().process().awaitLine("ready", Duration.ofSeconds(30));
        assertThat(older.process().awaitExit(Duration.ofSeconds(20))).isNotZero();
        assertThat(older.process().log()).containsIgnoringCase("fenced").contains("sampler-0");

        RequestBodies bodies = new RequestBodies(4, 470, 300, 17);
        sender.run(bodies::request, 3_000_000_000L, 20);
        assertThat(sender.accepted()).as("refused: " + sender.refusals()).isPositive();
        await()
            .atMost(Duration.ofSeconds(20))
            .untilAsserted(
                () -> assertThat(sink.spans()).isEqualTo(sender.accepted() * RequestBodies.SPANS));
        assertThat(newer.node().metric("ringtail_sampler_accepted_spans_total")).isPositive();
      }
    }
  }

  private record AutoCloseableNode(Cluster.Node node) implements AutoCloseable {
    @Override
    public void close() {
      node.process().close();
    }
  }
}
