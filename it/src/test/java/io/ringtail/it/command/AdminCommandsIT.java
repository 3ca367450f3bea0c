package io.ringtail.it.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.ringtail.cli.Ringtail;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.JavaProcess;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.harness.RequestBodies;
import io.ringtail.it.harness.Sender;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * The admin commands against two routers and three samplers as processes under load. All but one
 * run in this JVM, by the same words, to save the start of fifty others.
 */
class AdminCommandsIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String POLICIES =
      """
      tail_sampling:
        decision_wait: 60s
        decision_wait_after_root_received: 1s
        policies:
          - { name: everything, type: always_sample }
      """;

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // by the test, before all else
  private Cluster cluster;

  private int exit;
  private String out = "";
  private String err = "";

  /** Runs a command through one node; what it printed is in {@link #out} and {@link #err}. */
  private int run(Cluster.Node node, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--node", "127.0.0.1:" + node.adminPort(), "--log-level", "warn"));
    if (!all.contains("--timeout")) { // where many processes start at once
      all.addAll(List.of("--timeout", "20s"));
    }
    StringWriter stdout = new StringWriter();
    StringWriter stderr = new StringWriter();
    CommandLine command = Ringtail.commandLine();
    command.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    command.setOut(new PrintWriter(stdout, true)).setErr(new PrintWriter(stderr, true));
    exit = command.execute(all.toArray(String[]::new));
    out = stdout.toString();
    err = stderr.toString();
    return exit;
  }

  private void expect(int code, Cluster.Node node, String... words) {
    assertThat(run(node, words)).as(String.join(" ", words) + "\n" + out + err).isEqualTo(code);
  }

  /** As text and as JSON, through a router and through a sampler. */
  private void expectBoth(int code, String... words) throws IOException {
    expect(code, cluster.routers().get(0), words);
    assertThat(out).isNotEmpty().doesNotStartWith("{");
    List<String> json = new ArrayList<>(List.of(words));
    json.addAll(List.of("--output", "json"));
    expect(code, cluster.samplers().get(0), json.toArray(String[]::new));
    requireJson(out);
  }

  private static void requireJson(String text) throws IOException {
    assertThat(text).startsWith("{");
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      parser.nextToken();
      parser.skipChildren();
      assertThat(parser.nextToken()).isNull();
    }
  }

  @Test
  void everyCommand_againstARunningCluster() throws Exception {
    try (OtlpSink sink = OtlpSink.counting(0);
        Cluster started =
            new Cluster(directory, Cluster.Settings.small(POLICIES, sink.port())).start(2, 3);
        Sender sender =
            new Sender(started.routers().stream().map(Cluster.Node::grpcPort).toList(), 4)) {
      cluster = started;
      Thread load = load(sender);
      readers();
      trace();
      drainAndBack();
      weight();
      refusedOnes();
      logLevel();
      traceDecided();
      load.join();
      asAProcess();
      wrongAddress();
      aNodeThatHangsAndDies();
    }
  }

  private static Thread load(Sender sender) {
    RequestBodies bodies = new RequestBodies(2, 470, 300, 7);
    Thread load =
        new Thread(
            () -> {
              try {
                sender.run(bodies::request, Duration.ofSeconds(12).toNanos(), 10);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    load.setDaemon(true);
    load.start();
    return load;
  }

  private void readers() throws IOException {
    expectBoth(ExitCode.OK, "status");
    assertThat(out).contains("\"node_id\":\"sampler-2\"", "\"epochs_agree\":true");
    expectBoth(ExitCode.OK, "nodes");
    expectBoth(ExitCode.OK, "ring", "show");
    expectBoth(ExitCode.OK, "ring", "owner", TRACE);
    expectBoth(ExitCode.OK, "metrics", "sampler-1");
    assertThat(out).contains("ringtail_sampler_open_traces");
    expectBoth(ExitCode.OK, "config", "print", "router-1");
    assertThat(out).contains("router-1");
    expectBoth(ExitCode.PROBLEM, "config", "diff", "sampler-0", "sampler-1");
    assertThat(out).contains("\"key\":\"node.id\",\"left\":\"sampler-0\",\"right\":\"sampler-1\"");
    String file = cluster.configFile("sampler-0").toString();
    expect(ExitCode.OK, cluster.routers().get(0), "config", "diff", file, "sampler-0");
    expect(ExitCode.OK, cluster.routers().get(0), "config", "print", file);
  }

  private void trace() throws Exception {
    expectBoth(ExitCode.PROBLEM, "trace", TRACE);
    sendSpan("00f067aa0ba902b7", "00f067aa0ba902b8");
    expectBoth(ExitCode.OK, "trace", TRACE);
    assertThat(out).contains("\"state\":\"open\"", "\"spans\":1");
  }

  /** Once its root has come, however long that took. */
  private void traceDecided() throws Exception {
    sendSpan("00f067aa0ba902b8", "");
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              run(cluster.samplers().get(2), "trace", TRACE);
              assertThat(out).contains("kept    ", "by policy everything");
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
    expect(ExitCode.USAGE, asked, "drain", "sampler-1");
    assertThat(out).contains("drain sampler-1: about ", "sampler-0", "sampler-2");
    assertThat(err).contains("--yes does it without asking");
    expect(ExitCode.OK, asked, "drain", "sampler-1", "--yes", "--wait", "--within", "60s");
    assertThat(err).contains("sampler-1 is empty after ");
    expectBoth(ExitCode.OK, "status");
    assertThat(out).contains("\"code\":\"draining\"", "\"drained_by_operator\":true");
    expect(ExitCode.OK, asked, "ring", "show");
    assertThat(out).contains("262,144 slots, 2 owners");
    expect(ExitCode.OK, asked, "undrain", "sampler-1", "--yes", "--output", "json");
    requireJson(out);
    awaitOwners(3);
  }

  private void awaitOwners(int owners) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              run(cluster.routers().get(1), "ring", "show");
              assertThat(out).contains("262,144 slots, " + owners + " owners");
            });
  }

  private void weight() {
    expect(ExitCode.OK, cluster.samplers().get(0), "weight", "sampler-2", "50", "--yes");
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              run(cluster.routers().get(1), "ring", "show");
              assertThat(out).containsPattern("sampler-2 +active +50 +(19|20)\\.\\d%");
            });
  }

  private void refusedOnes() throws IOException {
    Cluster.Node asked = cluster.samplers().get(0);
    expect(ExitCode.PROBLEM, asked, "weight", "router-0", "50", "--yes", "--force");
    assertThat(err).startsWith("ringtail: cannot give router-0 weight 50: ");
    expect(ExitCode.PROBLEM, asked, "weight", "router-0", "50", "--yes", "--output", "json");
    requireJson(out);
    expect(ExitCode.PROBLEM, asked, "drain", "nobody", "--yes");
    assertThat(err).contains("nobody");
    expect(ExitCode.PROBLEM, asked, "metrics", "nobody");
    expect(ExitCode.USAGE, asked, "weight", "sampler-1", "10001", "--yes");
  }

  private void logLevel() throws IOException {
    expectBoth(ExitCode.OK, "log-level", "sampler-1", "io.ringtail.sampler", "debug");
    expect(ExitCode.OK, cluster.routers().get(1), "log-level", "sampler-1", "root", "default");
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
      requireJson(lines.get(0));
    }
  }

  private void wrongAddress() {
    Cluster.Node node = cluster.routers().get(0);
    Cluster.Node otlp = new Cluster.Node(node.process(), node.host(), 0, 0, 0, node.grpcPort());
    expect(ExitCode.UNREACHABLE, otlp, "status");
    Cluster.Node ops = new Cluster.Node(node.process(), node.host(), 0, 0, 0, node.opsPort());
    expect(ExitCode.UNREACHABLE, ops, "status");
  }

  /** Others notice a stopped process after about 5 s: until then it is a member that is silent. */
  private void aNodeThatHangsAndDies() throws Exception {
    Cluster.Node hangs = cluster.samplers().get(2);
    new ProcessBuilder("kill", "-STOP", String.valueOf(hangs.process().pid()))
        .inheritIO()
        .start()
        .waitFor();
    expect(
        ExitCode.PROBLEM,
        cluster.routers().get(0),
        "status",
        "--timeout",
        "4s",
        "--output",
        "json");
    assertThat(out).contains("\"code\":\"node-silent\"", "\"severity\":\"critical\"");
    expect(ExitCode.UNREACHABLE, hangs, "nodes", "--timeout", "500ms");
    assertThat(err).contains("did not answer within 500ms (--timeout)");
    hangs.process().kill();
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(run(cluster.routers().get(0), "nodes")).isZero());
    assertThat(out).doesNotContain("sampler-2").contains("sampler-1", "router-1");
    expect(ExitCode.UNREACHABLE, hangs, "status");
    assertThat(err).contains("no node answers at 127.0.0.1:" + hangs.adminPort());
  }
}
