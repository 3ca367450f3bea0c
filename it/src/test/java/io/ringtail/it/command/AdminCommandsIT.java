package io.ringtail.it.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ringtail.cli.exit.ExitCode;
import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.JavaProcess;
import io.ringtail.it.harness.OtlpSink;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The admin commands against two routers and three samplers as processes under load. All but one
 * run in this JVM, by the same words, to save the start of fifty others; all in one class, since
 * the start of the cluster takes as long as all of them.
 */
class AdminCommandsIT {
  private static final Duration SOON = Duration.ofMinutes(3);
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String POLICIES =
      """
      tail_sampling:
        decision_wait: 60s
        decision_wait_after_root_received: 1s
        policies:
          - { name: everything, type: always_sample }
      """;

  /** Little room in logs and buffers, and exports that are soon tried again. */
  private static Cluster.Settings settings(int sinkPort) {
    Cluster.Settings small = Cluster.Settings.small(POLICIES, sinkPort);
    return new Cluster.Settings(
        POLICIES,
        sinkPort,
        small.routerFlags(),
        small.samplerFlags(),
        "    retry: { initial: 500ms, max: 1s }\n  max-buffered-bytes: 24MiB\n",
        "  retention: { max-bytes: 16MiB }\n",
        small.prefix());
  }

  @TempDir private Path directory;

  private final Commands commands = new Commands();

  @SuppressWarnings("NullAway.Init") // by the test, before all else
  private Cluster cluster;

  /** As text and as JSON, through a router and through a sampler. */
  private void expectBoth(int code, String... words) throws IOException {
    commands.expectBoth(code, cluster.routers().get(0), cluster.samplers().get(0), words);
  }

  @Test
  void everyCommand_againstARunningCluster() throws Exception {
    try (OtlpSink sink = OtlpSink.counting(0);
        Cluster started =
            new Cluster(directory, settings(sink.port())).clusterSettings("  min-samplers: 2\n")) {
      cluster = started;
      TroubledStates states = new TroubledStates(sink, commands);
      comes(states);
      try (Load load = Load.ofWholeTraces(cluster.routers())) {
        readers();
        trace();
        drainAndBack();
        weight();
        refusedOnes();
        logLevel();
        traceDecided();
        load.end();
      }
      DepartingRouter departing = new DepartingRouter(cluster, commands);
      departing.drained();
      asAProcess();
      wrongAddress();
      departing.stopped(states);
      moreThanItHolds(states);
      aNodeThatHangsAndDies(states);
      anotherDies(states);
    }
  }

  /** A router alone, then samplers, then the other router. */
  private void comes(TroubledStates states) throws Exception {
    states.joining(cluster.addRouter("router-0", "router-0"));
    for (int i = 0; i < 3; i++) {
      cluster.addSampler("sampler-" + i, "sampler-" + i);
    }
    cluster.awaitReady();
    Cluster.Node second = cluster.addRouter("router-1", "router-1");
    states.healthy(cluster.samplers().get(1), "1 router and 3 samplers");
    second.process().awaitLine("ready", SOON);
    cluster.awaitMembers(5);
  }

  private void readers() throws IOException {
    expectBoth(ExitCode.OK, "status");
    assertThat(commands.out()).contains("\"node_id\":\"sampler-2\"", "\"epochs_agree\":true");
    expectBoth(ExitCode.OK, "nodes");
    expectBoth(ExitCode.OK, "ring", "show");
    expectBoth(ExitCode.OK, "ring", "owner", TRACE);
    expectBoth(ExitCode.OK, "metrics", "sampler-1");
    assertThat(commands.out()).contains("ringtail_sampler_open_traces");
    expectBoth(ExitCode.OK, "config", "print", "router-1");
    assertThat(commands.out()).contains("router-1");
    expectBoth(ExitCode.PROBLEM, "config", "diff", "sampler-0", "sampler-1");
    assertThat(commands.out())
        .contains("\"key\":\"node.id\",\"left\":\"sampler-0\",\"right\":\"sampler-1\"");
    String file = cluster.configFile("sampler-0").toString();
    Cluster.Node asked = cluster.routers().get(0);
    commands.expect(ExitCode.OK, asked, "config", "diff", file, "sampler-0");
    commands.expect(ExitCode.OK, asked, "config", "print", file);
  }

  private void trace() throws Exception {
    expectBoth(ExitCode.PROBLEM, "trace", TRACE);
    sendSpan("00f067aa0ba902b7", "00f067aa0ba902b8");
    expectBoth(ExitCode.OK, "trace", TRACE);
    assertThat(commands.out()).contains("\"state\":\"open\"", "\"spans\":1");
  }

  /** Once its root has come, however long that took. */
  private void traceDecided() throws Exception {
    sendSpan("00f067aa0ba902b8", "");
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              commands.run(cluster.samplers().get(2), "trace", TRACE);
              assertThat(commands.out()).contains("kept    ", "by policy everything");
            });
  }

  private void sendSpan(String id, String parent) throws IOException, InterruptedException {
    String body =
        """
        {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"%s","spanId":"%s",
        "parentSpanId":"%s","name":"GET /","startTimeUnixNano":"1700000000000000000",
        "endTimeUnixNano":"1700000000250000000"}]}]}]}
        """
            .formatted(TRACE, id, parent);
    URI uri = URI.create("http://127.0.0.1:" + cluster.routers().get(0).httpPort() + "/v1/traces");
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(uri)
                    .header("content-type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private void drainAndBack() throws IOException {
    Cluster.Node asked = cluster.routers().get(0);
    commands.expect(ExitCode.USAGE, asked, "drain", "sampler-1");
    assertThat(commands.out()).contains("drain sampler-1: about ", "sampler-0", "sampler-2");
    assertThat(commands.err()).contains("--yes does it without asking");
    commands.expect(ExitCode.OK, asked, "drain", "sampler-1", "--yes", "--wait", "--within", "60s");
    assertThat(commands.err()).contains("sampler-1 is empty after ");
    expectBoth(ExitCode.OK, "status");
    assertThat(commands.out()).contains("\"code\":\"draining\"", "\"drained_by_operator\":true");
    commands.expect(ExitCode.OK, asked, "ring", "show");
    assertThat(commands.out()).contains("262,144 slots, 2 owners");
    commands.expect(ExitCode.OK, asked, "undrain", "sampler-1", "--yes", "--output", "json");
    commands.requireJson();
    awaitOwners(3);
  }

  private void awaitOwners(int owners) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              commands.run(cluster.routers().get(1), "ring", "show");
              assertThat(commands.out()).contains("262,144 slots, " + owners + " owners");
            });
  }

  private void moreThanItHolds(TroubledStates states) throws InterruptedException {
    Cluster.Node asked = cluster.samplers().get(1);
    try (Load load = Load.ofOpenTraces(cluster.routers().get(0))) {
      states.retentionShort(asked, "router-0");
      load.rate(100);
      states.memoryNearLimit(asked);
    }
  }

  private void weight() throws IOException {
    Cluster.Node asked = cluster.samplers().get(0);
    commands.expect(ExitCode.OK, asked, "weight", "sampler-2", "50", "--yes");
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              commands.run(cluster.routers().get(1), "ring", "show");
              assertThat(commands.out()).containsPattern("sampler-2 +active +50 +(19|20)\\.\\d%");
            });
    commands.expect(ExitCode.OK, asked, "weight", "sampler-2", "100", "--yes", "--output", "json");
    commands.requireJson();
  }

  private void refusedOnes() throws IOException {
    Cluster.Node asked = cluster.samplers().get(0);
    commands.expect(ExitCode.PROBLEM, asked, "weight", "router-0", "50", "--yes", "--force");
    assertThat(commands.err()).startsWith("ringtail: cannot give router-0 weight 50: ");
    commands.expect(
        ExitCode.PROBLEM, asked, "weight", "router-0", "50", "--yes", "--output", "json");
    commands.requireJson();
    commands.expect(ExitCode.PROBLEM, asked, "drain", "nobody", "--yes");
    assertThat(commands.err()).contains("nobody");
    commands.expect(ExitCode.PROBLEM, asked, "metrics", "nobody");
    commands.expect(ExitCode.USAGE, asked, "weight", "sampler-1", "10001", "--yes");
  }

  private void logLevel() throws IOException {
    expectBoth(ExitCode.OK, "log-level", "sampler-1", "io.ringtail.sampler", "debug");
    commands.expect(
        ExitCode.OK, cluster.routers().get(1), "log-level", "sampler-1", "root", "default");
    String log = cluster.samplers().get(1).process().log();
    assertThat(log)
        .contains("event=audit")
        .contains("actor=" + System.getProperty("user.name") + "@", "action=drain");
  }

  /** The command as a process: what reaches its stdout, and its exit code. */
  private void asAProcess() throws Exception {
    try (JavaProcess nodes =
        JavaProcess.start(
            "nodes",
            directory,
            List.of(),
            List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            "io.ringtail.cli.Ringtail",
            List.of(
                "nodes",
                "--node",
                "127.0.0.1:" + cluster.samplers().get(1).adminPort(),
                "--output",
                "json"))) {
      assertThat(nodes.awaitExit(SOON)).as(nodes.log()).isZero();
      List<String> lines = nodes.lastLines();
      assertThat(lines).hasSize(1);
      Commands.requireJson(lines.get(0));
    }
  }

  private void wrongAddress() {
    Cluster.Node node = cluster.routers().get(0);
    Cluster.Node otlp = new Cluster.Node(node.process(), node.host(), 0, 0, 0, node.grpcPort());
    commands.expect(ExitCode.UNREACHABLE, otlp, "status");
    Cluster.Node ops = new Cluster.Node(node.process(), node.host(), 0, 0, 0, node.opsPort());
    commands.expect(ExitCode.UNREACHABLE, ops, "status");
  }

  /** Others notice a stopped process after about 5 s: until then it is a member that is silent. */
  private void aNodeThatHangsAndDies(TroubledStates states) throws Exception {
    Cluster.Node asked = cluster.routers().get(0);
    Cluster.Node hangs = cluster.samplers().get(2);
    states.silent(asked, hangs);
    commands.expect(ExitCode.UNREACHABLE, hangs, "nodes", "--timeout", "500ms");
    assertThat(commands.err()).contains("did not answer within 500ms (--timeout)");
    hangs.process().kill();
    await().atMost(SOON).untilAsserted(() -> assertThat(commands.run(asked, "nodes")).isZero());
    assertThat(commands.out()).doesNotContain("sampler-2").contains("sampler-1", "router-0");
    commands.expect(ExitCode.UNREACHABLE, hangs, "status");
    assertThat(commands.err()).contains("no node answers at 127.0.0.1:" + hangs.adminPort());
  }

  private void anotherDies(TroubledStates states) throws Exception {
    cluster.samplers().get(1).process().kill();
    states.minority(List.of(cluster.routers().get(0), cluster.samplers().get(0)));
  }
}
