package io.ringtail.it.main;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.Equations;
import io.ringtail.it.harness.JavaProcess;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.main.PlacedSpans.Placed;
import io.ringtail.trace.TraceId;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real traces through two router and three sampler processes: every kept trace reaches the sink
 * whole, each span once and byte for byte, under the resource and scope it was sent with; which are
 * kept equals an independent judgement of the files; the equations add up to the last span.
 *
 * <p>A slice of the recordings stands beside this class; system property {@code ringtail.it.data}
 * names the directory of the whole ones, {@code ringtail.it.speed} how many times faster than
 * recorded they are sent.
 */
class RealTracesIT {
  private static final String DATA = System.getProperty("ringtail.it.data", "");
  private static final Pattern UNANSWERED = Pattern.compile("\"unanswered\":\\s*(\\d+)");

  /** Longer than a sender waits for an answer: on a slow machine an error may be sent again. */
  private static final String POLICIES =
      """
      tail_sampling:
        decision_wait: 15s
        policies:
          - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
          - { name: slow, type: latency, latency: { threshold_ms: 1000 } }
          - { name: share, type: probabilistic, probabilistic: { sampling_percentage: 5 } }
      """;

  @TempDir private Path directory;

  @Test
  void recordedTraces_throughTwoRoutersAndThreeSamplers_leaveWhole() throws Exception {
    Path boutique = recording("online-boutique");
    Path tickets = recording("train-ticket");
    RecordedTraces sent = RecordedTraces.read(boutique, tickets);
    Map<TraceId, Set<Placed>> wanted = sent.kept(5);
    assertThat(wanted).as("some are to be kept, some not").hasSizeBetween(1, sent.traces() - 1);

    PlacedSpans received = new PlacedSpans();
    try (OtlpSink sink = OtlpSink.receiving(received::add);
        Cluster cluster =
            new Cluster(directory, Cluster.Settings.small(POLICIES, sink.port())).start(2, 3)) {
      long unanswered = replay(cluster, boutique, "grpc") + replay(cluster, tickets, "http/json");

      Equations.awaitQuiet(cluster, Duration.ofSeconds(60));
      assertSame(received.traces(), wanted, unanswered);
      Equations.of(cluster).assertAddUp(sent.sent(), unanswered, sink.spans());
    }
  }

  private static Path recording(String name) throws URISyntaxException {
    return DATA.isEmpty()
        ? Path.of(
            Objects.requireNonNull(RealTracesIT.class.getResource(name + "-slice.jsonl.gz"))
                .toURI())
        : Path.of(DATA).resolve(name + ".jsonl.gz");
  }

  /**
   * Spans that were sent again for want of an answer, as a machine with too much to do makes it.
   */
  private long replay(Cluster cluster, Path file, String protocol) throws Exception {
    String speed = System.getProperty("ringtail.it.speed", "60");
    boolean grpc = protocol.equals("grpc");
    List<String> arguments =
        new ArrayList<>(
            List.of("replay", file.toString(), "--speed", speed, "--protocol", protocol));
    arguments.addAll(List.of("--output", "json"));
    for (Cluster.Node router : cluster.routers()) {
      arguments.add("--endpoint");
      arguments.add("127.0.0.1:" + (grpc ? router.grpcPort() : router.httpPort()));
    }
    try (JavaProcess replay =
        JavaProcess.start(
            "replay-" + file.getFileName(),
            directory,
            List.of(),
            List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            "io.ringtail.cli.Ringtail",
            arguments)) {
      assertThat(replay.awaitExit(Duration.ofMinutes(3))).as(replay.log()).isZero();
      Matcher result = UNANSWERED.matcher(String.join("\n", replay.lastLines()));
      assertThat(result.find()).as("result of replay").isTrue();
      return Long.parseLong(result.group(1));
    }
  }

  private static void assertSame(
      Map<TraceId, List<Placed>> atSink, Map<TraceId, Set<Placed>> wanted, long unanswered) {
    assertThat(difference(atSink.keySet(), wanted.keySet())).as("kept without reason").isEmpty();
    assertThat(difference(wanted.keySet(), atSink.keySet()))
        .as("not kept, with %d spans sent again", unanswered)
        .isEmpty();
    Map<TraceId, String> unlike = new HashMap<>();
    wanted.forEach(
        (id, spans) -> {
          List<Placed> got = atSink.getOrDefault(id, List.of());
          if (got.size() != spans.size() || !spans.equals(new HashSet<>(got))) {
            unlike.put(id, got.size() + " spans for " + spans.size());
          }
        });
    assertThat(unlike).as("kept, but not with each of the spans that were sent once").isEmpty();
  }

  private static Set<TraceId> difference(Set<TraceId> of, Set<TraceId> without) {
    Set<TraceId> rest = new HashSet<>(of);
    rest.removeAll(without);
    return rest;
  }
}
