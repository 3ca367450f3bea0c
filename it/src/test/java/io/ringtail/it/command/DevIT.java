package io.ringtail.it.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.JavaProcess;
import io.ringtail.it.harness.OtlpSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ringtail dev} in a process of its own. */
class DevIT {
  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration STOP = Duration.ofMinutes(3);
  private static final List<String> FLAGS =
      List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  @TempDir private Path directory;

  private JavaProcess ringtail(String... words) throws IOException {
    return JavaProcess.start(
        words[0], directory, List.of(), FLAGS, "io.ringtail.cli.Ringtail", List.of(words));
  }

  @Test
  void dev_stoppedWithTracesUndecided_decidesExportsAndExitsZero() throws Exception {
    Path policies =
        Files.writeString(
            directory.resolve("policies.yaml"),
            """
            receivers: { otlp: {} }
            tail_sampling:
              decision_wait: 1h
              policies:
                - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
            """);
    Path out = directory.resolve("kept.jsonl");
    try (OtlpSink sink = OtlpSink.keeping(0);
        JavaProcess dev =
            ringtail(
                "dev",
                "--grpc-port=0",
                "--http-port=0",
                "--admin-port=0",
                "--policies=" + policies,
                "--out=" + out,
                "--export=http://127.0.0.1:" + sink.port())) {
      String grpc = dev.awaitLine("OTLP/gRPC", START).replaceFirst("OTLP/gRPC +", "");
      dev.awaitLine("ready", START);
      List<String> failed = send(grpc);

      assertThat(dev.terminate(STOP)).as(dev.log()).isEqualTo(0);
      assertThat(Files.readAllLines(out)).hasSize(failed.size());
      assertThat(failed).allSatisfy(id -> assertThat(Files.readString(out)).contains(id));
      assertThat(sink.traces()).hasSize(failed.size());
      dev.awaitLine("2 spans  1 service", STOP);
    }
  }

  @Test
  void dev_twoOfEachAndQuiet_interruptedOnce_exportsPrintsNothingAndExitsZero() throws Exception {
    Path out = directory.resolve("kept.jsonl");
    try (JavaProcess dev =
        JavaProcess.start(
            "dev",
            directory,
            List.of("env", "--default-signal=INT"), // who runs tests in the background ignores it
            FLAGS,
            "io.ringtail.cli.Ringtail",
            List.of(
                "dev",
                "--samplers=2",
                "--routers=2",
                "--quiet",
                "--grpc-port=0",
                "--http-port=0",
                "--admin-port=0",
                "--out=" + out))) {
      List<String> told = dev.linesUntil("ready", START);
      assertNodes(told, 2, 2);
      List<String> endpoints = endpoints(told);
      assertThat(endpoints).hasSize(2).doesNotHaveDuplicates();
      List<String> failed = new ArrayList<>();
      for (String endpoint : endpoints) {
        failed.addAll(send(endpoint));
      }

      assertThat(dev.interrupt(STOP)).as(dev.log()).isEqualTo(0);
      assertThat(failed).allSatisfy(id -> assertThat(Files.readString(out)).contains(id));
      assertThat(dev.lastLines()).as("printed after ready").isEmpty();
    }
  }

  @Test
  void dev_demo_isOneRouterAndThreeSamplersAndPrintsWaterfalls() throws Exception {
    try (JavaProcess dev =
        ringtail("dev", "--demo", "--grpc-port=0", "--http-port=0", "--admin-port=0")) {
      List<String> told = dev.linesUntil("ready", START);
      assertNodes(told, 1, 3);
      assertThat(endpoints(told)).hasSize(1);
      dev.awaitLine("● ", START);
      dev.awaitLine("frontend", START);

      assertThat(dev.terminate(STOP)).as(dev.log()).isEqualTo(0);
    }
  }

  @Test
  void dev_portInUse_saysSoAndExitsOne() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        JavaProcess dev =
            ringtail(
                "dev", "--grpc-port=" + taken.getLocalPort(), "--http-port=0", "--admin-port=0")) {
      assertThat(dev.awaitExit(START)).isEqualTo(1);
      assertThat(dev.log())
          .contains("--grpc-port: 127.0.0.1:", String.valueOf(taken.getLocalPort()), "in use");
      assertThat(dev.log()).doesNotContain("\tat ");
    }
  }

  @Test
  void node_configWithMistakes_allToldAndExitTwo() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("ringtail.yaml"),
            """
            cluster: { discovry: static }
            sampler: { shards: many }
            router: { receive: { grpc: nowhere } }
            tail_sampling: { policies: [ { name: a, type: nosuch } ] }
            """);
    try (JavaProcess sampler = ringtail("sampler", "--config", file.toString());
        JavaProcess router = ringtail("router", "--config", file.toString())) {
      assertThat(sampler.awaitExit(START)).isEqualTo(2);
      assertThat(sampler.log())
          .contains(":1:12: cluster.discovry: unknown key", ":2:20: sampler.shards: \"many\"")
          .contains(file + ":4:");
      assertThat(router.awaitExit(START)).isEqualTo(2);
      assertThat(router.log()).contains(":1:12: cluster.discovry", ":3:28: router.receive.grpc:");
    }
  }

  /** By what it says, and by what each node sees of the others once it is ready. */
  private static void assertNodes(List<String> told, int routers, int samplers) throws Exception {
    assertThat(told).contains("routers    " + routers + ", samplers " + samplers);
    List<String> metrics = told.stream().filter(line -> line.startsWith("metrics ")).toList();
    assertThat(metrics).hasSize(routers + samplers);
    for (String line : metrics) {
      Cluster.Scrape scrape = scrape(line.replaceFirst("metrics +", ""));
      assertThat(scrape.sum("ringtail_cluster_members", "role=\"router\"")).isEqualTo(routers);
      assertThat(scrape.sum("ringtail_cluster_members", "role=\"sampler\"")).isEqualTo(samplers);
    }
  }

  private static Cluster.Scrape scrape(String url) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(STOP).build();
    return new Cluster.Scrape(
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  /** Where OTLP/gRPC is served. */
  private static List<String> endpoints(List<String> told) {
    return told.stream()
        .filter(line -> line.startsWith("OTLP/gRPC "))
        .flatMap(line -> Stream.of(line.replaceFirst("OTLP/gRPC +", "").split(" ")))
        .toList();
  }

  /** Sends traces of two spans, every fifth failing; the IDs of those. */
  private static List<String> send(String endpoint) {
    List<String> failed = new ArrayList<>();
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(
                BatchSpanProcessor.builder(
                        OtlpGrpcSpanExporter.builder()
                            .setEndpoint(endpoint)
                            .setTimeout(START)
                            .build())
                    .setExporterTimeout(START)
                    .build())
            .build()) {
      Tracer tracer = provider.get("it");
      for (int i = 0; i < 50; i++) {
        Span root = tracer.spanBuilder("root").setNoParent().startSpan();
        Span child =
            tracer
                .spanBuilder("child")
                .setParent(io.opentelemetry.context.Context.root().with(root))
                .startSpan();
        if (i % 5 == 0) {
          child.setStatus(StatusCode.ERROR);
          failed.add(root.getSpanContext().getTraceId());
        }
        child.end();
        root.end();
      }
      assertThat(provider.forceFlush().join(START.toSeconds(), TimeUnit.SECONDS).isSuccess())
          .isTrue();
    }
    return failed;
  }
}
