package io.ringtail.it.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.JavaProcess;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.trace.TraceId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real traces through two router and three sampler processes: every kept trace reaches the sink
 * whole, each span once and byte for byte; which are kept equals an independent judgement of the
 * file; the equations add up to the last span. Speed: system property {@code ringtail.it.speed}.
 */
class RealTracesIT {
  private static final Path DATA = Path.of("..", "..", "shared", "data");
  private static final String POLICIES =
      """
      tail_sampling:
        decision_wait: 5s
        policies:
          - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
          - { name: slow, type: latency, latency: { threshold_ms: 1000 } }
          - { name: share, type: probabilistic, probabilistic: { sampling_percentage: 5 } }
      """;
  @TempDir private Path directory;

  @Test
  void recordedTraces_throughTwoRoutersAndThreeSamplers_leaveWhole() throws Exception {
    Path boutique = DATA.resolve("online-boutique.jsonl.gz");
    Path tickets = DATA.resolve("train-ticket.jsonl.gz");
    assumeTrue(Files.exists(boutique), "skipped: the recorded traces are not beside this checkout");
    try (OtlpSink sink = OtlpSink.keeping(0);
        Cluster cluster =
            new Cluster(directory, Cluster.Settings.small(POLICIES, sink.port())).start(2, 3)) {
      RecordedTraces expected = RecordedTraces.read(boutique);
      replay(cluster, boutique, "grpc");
      RecordedTraces second = RecordedTraces.read(tickets);
      replay(cluster, tickets, "http/json");
      expected.spans().putAll(second.spans());
      long sent = expected.sent() + second.sent();

      awaitNothingHeld(cluster);
      assertSame(collected(sink), wanted(expected));
      assertThat(sink.spans()).as("each span once").isEqualTo(count(wanted(expected)));
      Equations.of(cluster).assertAddUp(sent, sink.spans());
    }
  }

  private void replay(Cluster cluster, Path file, String protocol) throws Exception {
    String speed = System.getProperty("ringtail.it.speed", "60");
    boolean grpc = protocol.equals("grpc");
    List<String> arguments =
        new java.util.ArrayList<>(
            List.of("replay", file.toString(), "--speed", speed, "--protocol", protocol));
    for (Cluster.Node router : cluster.routers()) {
      arguments.add("--endpoint");
      arguments.add("127.0.0.1:" + (grpc ? router.grpcPort() : router.httpPort()));
    }
    try (JavaProcess replay =
        JavaProcess.start(
            "replay-" + file.getFileName(),
            directory,
            List.of(),
            List.of("-Xmx256m"),
            "io.ringtail.cli.Ringtail",
            arguments)) {
      assertThat(replay.awaitExit(Duration.ofMinutes(3))).as(replay.log()).isZero();
    }
  }

  private static void awaitNothingHeld(Cluster cluster) {
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              double held = 0;
              for (Cluster.Node sampler : cluster.samplers()) {
                held += sampler.metric("ringtail_sampler_held_spans");
              }
              return held == 0;
            });
  }

  private static Map<TraceId, Set<ByteString>> collected(OtlpSink sink) {
    Map<TraceId, Set<ByteString>> traces = new HashMap<>();
    sink.traces()
        .forEach(
            (id, spans) -> {
              Set<ByteString> set = new HashSet<>();
              spans.forEach(span -> set.add(ByteString.copyFrom(span)));
              traces.put(id, set);
            });
    return traces;
  }

  private static Map<TraceId, Set<ByteString>> wanted(RecordedTraces expected) {
    Map<TraceId, Set<ByteString>> wanted = new HashMap<>(expected.spans());
    wanted.keySet().retainAll(expected.kept(5));
    return wanted;
  }

  private static void assertSame(
      Map<TraceId, Set<ByteString>> atSink, Map<TraceId, Set<ByteString>> wanted) {
    assertThat(difference(atSink.keySet(), wanted.keySet())).as("kept without reason").isEmpty();
    assertThat(difference(wanted.keySet(), atSink.keySet())).as("not kept").isEmpty();
    List<TraceId> unlike =
        wanted.entrySet().stream()
            .filter(trace -> !trace.getValue().equals(atSink.get(trace.getKey())))
            .map(Map.Entry::getKey)
            .toList();
    assertThat(unlike).as("kept, but not with the spans that were sent").isEmpty();
  }

  private static Set<TraceId> difference(Set<TraceId> of, Set<TraceId> without) {
    Set<TraceId> rest = new HashSet<>(of);
    rest.removeAll(without);
    return rest;
  }

  private static long count(Map<TraceId, Set<ByteString>> traces) {
    return traces.values().stream().mapToLong(Set::size).sum();
  }
}
