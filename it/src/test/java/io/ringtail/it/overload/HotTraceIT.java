package io.ringtail.it.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.harness.RequestBodies;
import io.ringtail.it.harness.Sender;
import io.ringtail.trace.TraceId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tenth of all spans carries one trace ID: the other traces are unharmed. */
class HotTraceIT {
  private static final String KEEP_ALL =
      """
      tail_sampling:
        decision_wait: 2s
        policies:
          - { name: all, type: always_sample }
      """;
  private static final int REQUESTS = 400;
  private static final TraceId HOT = new TraceId(0x0af7651916cd43ddL, 0x8448eb211c80319cL);

  @TempDir private Path directory;

  @Test
  void otherTraces_besideARunawayTrace_leaveWhole() throws Exception {
    RequestBodies bodies = new RequestBodies(16, 470, 300, 13);
    try (OtlpSink sink = OtlpSink.keeping(0);
        Cluster cluster =
            new Cluster(directory, Cluster.Settings.small(KEEP_ALL, sink.port())).start(1, 3);
        Sender sender = new Sender(List.of(cluster.routers().get(0).grpcPort()), 8)) {
      sender.run(
          n -> bodies.requestWithHotTrace(n, 10, HOT.hi(), HOT.lo()), 8_000_000_000L, REQUESTS / 8);

      assertThat(sender.refusals()).isEmpty();
      long others = sender.accepted() * (RequestBodies.SPANS - (RequestBodies.SPANS + 9) / 10);
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(spansOfOthers(sink)).isEqualTo(others));
      assertThat(sink.traces().get(HOT)).isNotEmpty();
    }
  }

  private static long spansOfOthers(OtlpSink sink) {
    return sink.traces().entrySet().stream()
        .filter(trace -> !trace.getKey().equals(HOT))
        .mapToLong(trace -> trace.getValue().size())
        .sum();
  }
}
