package io.ringtail.it.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.JavaProcess;
import io.ringtail.it.harness.OtlpSink;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ringtail probe} in a process of its own, in front of two clusters that do not know each
 * other. Both export to a relay of the test's, which hands on to the probe that listens.
 */
class ProbeIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final List<String> FLAGS =
      List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  private static final List<String> SHORT =
      List.of("--spread=600ms", "--settle=300ms", "--connections=3", "--spans=8");

  @TempDir private static Path directory;

  private static final Relay RELAY = new Relay();
  private static final List<JavaProcess> DEVS = new ArrayList<>();
  private static final List<String> ENDPOINTS = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    Path policies =
        Files.writeString(
            directory.resolve("policies.yaml"),
            """
            tail_sampling:
              decision_wait: 4s
              policies:
                - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
            """);
    RELAY.open();
    for (String name : List.of("one", "two")) {
      DEVS.add(
          ringtail(
              name,
              "dev",
              "--samplers=2",
              "--quiet",
              "--grpc-port=0",
              "--http-port=0",
              "--admin-port=0",
              "--policies=" + policies,
              "--out=" + directory.resolve(name + ".jsonl"),
              "--export=http://127.0.0.1:" + RELAY.port()));
    }
    for (JavaProcess dev : DEVS) {
      String line = dev.awaitLine("OTLP/gRPC", PATIENCE);
      ENDPOINTS.add(line.replaceFirst("OTLP/gRPC +http://", ""));
      dev.awaitLine("ready", PATIENCE);
    }
  }

  @AfterAll
  static void stop() {
    DEVS.forEach(JavaProcess::close);
    RELAY.close();
  }

  @AfterEach
  void loseNothing() {
    RELAY.target(0, 0);
  }

  private static JavaProcess ringtail(String name, String... words) throws IOException {
    return JavaProcess.start(
        name, directory, List.of(), FLAGS, "io.ringtail.cli.Ringtail", List.of(words));
  }

  private static JavaProcess probe(String name, String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of("probe"));
    all.addAll(SHORT);
    all.addAll(Arrays.asList(words));
    return ringtail(name, all.toArray(String[]::new));
  }

  /** A probe that the relay hands on to. */
  private static JavaProcess listening(String name, int loseOneIn, String... words)
      throws IOException {
    List<String> all = new ArrayList<>(List.of("--listen=127.0.0.1:0"));
    all.addAll(Arrays.asList(words));
    JavaProcess probe = probe(name, all.toArray(String[]::new));
    Pattern told = Pattern.compile("watching OTLP/gRPC at 127\\.0\\.0\\.1:([0-9]+)");
    await().atMost(PATIENCE).until(() -> told.matcher(probe.log()).find());
    Matcher m = told.matcher(probe.log());
    assertThat(m.find()).isTrue();
    RELAY.target(Integer.parseInt(m.group(1)), loseOneIn);
    return probe;
  }

  private static String printed(JavaProcess probe) throws InterruptedException {
    return String.join("\n", probe.lastLines());
  }

  @Test
  void devsFileAndExport_watchedAtOnce_bothProbesFine() throws Exception {
    String endpoint = ENDPOINTS.get(0);
    try (JavaProcess file =
            probe("file", "--endpoint=" + endpoint, "--file=" + directory.resolve("one.jsonl"));
        JavaProcess sink = listening("sink", 0, "--endpoint=" + endpoint, "--output=json")) {
      assertThat(file.awaitExit(PATIENCE)).as(file.log()).isZero();
      assertThat(sink.awaitExit(PATIENCE)).as(sink.log()).isZero();
      assertThat(printed(file)).contains("5 of 5 traces whole, once and in time");
      assertThat(printed(sink)).startsWith("{\"run\":").contains("\"ok\":true");
    }
  }

  @Test
  void sinkLosingOneSpanInAHundred_traceAndSpanNamed() throws Exception {
    try (JavaProcess probe =
        listening("lossy", 100, "--endpoint=" + ENDPOINTS.get(0), "--traces=15", "--wait=12s")) {
      assertThat(probe.awaitExit(PATIENCE)).as(probe.log()).isEqualTo(1);
      List<String> lost = RELAY.lost();
      assertThat(lost).as("spans of 120 that the relay has lost").hasSize(1);
      String trace = lost.get(0).split(" ")[0];
      String span = lost.get(0).split(" ")[1];
      assertThat(printed(probe))
          .contains(trace + "  PROBLEM  7 of 8 spans: missing")
          .containsPattern("missing: probe(-[0-9])? \\(" + span + "\\), sent to 127.0.0.1:")
          .contains("14 of 15 traces whole");
    }
  }

  @Test
  void clustersThatDoNotKnowEachOther_tracesAndWhatIsMissingNamed() throws Exception {
    try (JavaProcess probe =
        listening(
            "apart",
            0,
            "--endpoint=" + ENDPOINTS.get(0),
            "--endpoint=" + ENDPOINTS.get(1),
            "--wait=9s")) {
      assertThat(probe.awaitExit(PATIENCE)).as(probe.log()).isEqualTo(1);
      String told = printed(probe);
      assertThat(told)
          .contains(": 0 of 5 traces whole")
          .containsPattern("[0-9a-f]{32}  PROBLEM  4 of 8 spans: missing")
          .containsPattern("missing: probe-[0-9] \\([0-9a-f]{16}\\), sent to 127.0.0.1:")
          .contains("is it one cluster with the others?");
    }
  }

  @Test
  void canary_untilSigterm_servesItsMetricsAndExitsZero() throws Exception {
    try (JavaProcess canary =
        probe(
            "canary",
            "--endpoint=" + ENDPOINTS.get(1),
            "--file=" + directory.resolve("two.jsonl"),
            "--every=500ms",
            "--metrics=127.0.0.1:0")) {
      canary.awaitLine("5 of 5 traces whole", PATIENCE);
      canary.awaitLine("5 of 5 traces whole", PATIENCE);
      Cluster.Scrape scrape = scrape(canary);
      assertThat(scrape.sum("ringtail_probe_runs_total", "")).isGreaterThanOrEqualTo(2);
      assertThat(scrape.sum("ringtail_probe_failures_total", "")).isZero();
      assertThat(scrape.sum("ringtail_probe_last_run_ok", "")).isEqualTo(1);

      assertThat(canary.terminate(PATIENCE)).as(canary.log()).isZero();
      assertThat(printed(canary)).doesNotContain("PROBLEM");
    }
  }

  private static Cluster.Scrape scrape(JavaProcess canary) throws Exception {
    Matcher m = Pattern.compile("metrics at (http://\\S+)").matcher(canary.log());
    assertThat(m.find()).as(canary.log()).isTrue();
    HttpRequest request = HttpRequest.newBuilder(URI.create(m.group(1))).timeout(PATIENCE).build();
    return new Cluster.Scrape(
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  /** Takes what is exported, loses some of it if told to, and hands the rest on. */
  private static final class Relay implements AutoCloseable {
    private final List<String> lost = new ArrayList<>();
    private @Nullable OtlpSink sink;
    private @Nullable ManagedChannel channel;
    private int loseOneIn;
    private int spans;

    void open() throws IOException {
      sink = OtlpSink.receiving(this::handOn);
    }

    int port() {
      return sink == null ? 0 : sink.port();
    }

    /**
     * @param port 0: nobody
     * @param newLoseOneIn 0: none
     */
    synchronized void target(int port, int newLoseOneIn) {
      if (channel != null) {
        channel.shutdownNow();
      }
      channel =
          port == 0
              ? null
              : NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
      loseOneIn = newLoseOneIn;
      spans = 0;
      lost.clear();
    }

    /** Trace and span ID of each. */
    synchronized List<String> lost() {
      return List.copyOf(lost);
    }

    private synchronized void handOn(byte[] body) throws IOException {
      if (channel == null) {
        return;
      }
      ExportTraceServiceRequest.Builder request =
          ExportTraceServiceRequest.parseFrom(body).toBuilder();
      for (ResourceSpans.Builder resource : request.getResourceSpansBuilderList()) {
        resource.getScopeSpansBuilderList().forEach(this::lose);
      }
      TraceServiceGrpc.TraceServiceFutureStub stub = TraceServiceGrpc.newFutureStub(channel);
      // Not awaited: this is an event loop's thread, perhaps that of the channel. Not part of the
      // call it came with, whose end would cancel it.
      Context.ROOT.run(
          () -> {
            Future<?> unused = stub.export(request.build());
          });
    }

    private void lose(ScopeSpans.Builder scope) {
      for (int i = scope.getSpansCount() - 1; i >= 0; i--) {
        if (loseOneIn > 0 && ++spans % loseOneIn == 0) {
          lost.add(hex(scope.getSpans(i).getTraceId()) + " " + hex(scope.getSpans(i).getSpanId()));
          scope.removeSpans(i);
        }
      }
    }

    private static String hex(ByteString id) {
      return HexFormat.of().formatHex(id.toByteArray());
    }

    @Override
    public void close() {
      target(0, 0);
      if (sink != null) {
        sink.close();
      }
    }
  }
}
