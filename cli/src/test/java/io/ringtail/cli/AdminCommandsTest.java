package io.ringtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.grpc.Status;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ChangePlan;
import io.ringtail.admin.v1.ChangeResult;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.NodeMetrics;
import io.ringtail.admin.v1.NodeSettings;
import io.ringtail.cli.exit.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The admin commands against a node that answers what it is told to. */
class AdminCommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private FakeNode node;

  @TempDir private Path dir;

  @BeforeEach
  void start() throws Exception {
    node = new FakeNode();
    node.status = r -> SampleAnswers.status();
    node.ring = r -> SampleAnswers.ring(r.getTraceId());
    node.trace =
        r ->
            SampleAnswers.trace(
                "found { node_id: 'sampler-1' state: OPEN spans: 12 bytes: 3456 age_seconds: 4.2"
                    + " due_in_seconds: 10.8 context { key: 'x-scope-orgid' value: 'a' } }");
    node.settings =
        r ->
            NodeSettings.newBuilder()
                .setNodeId(r.getNodeId().isEmpty() ? "router-0" : r.getNodeId())
                .setEffective("# cut\nnode:\n  id: " + r.getNodeId() + "\n  zone: a\nops: {}\n")
                .build();
    node.metrics =
        r ->
            NodeMetrics.newBuilder()
                .setNodeId(r.getNodeId())
                .setText("# HELP x y\nx{node=\"" + r.getNodeId() + "\"} 1\n")
                .build();
    node.plan = c -> SampleAnswers.plan("").toBuilder().setChange(c).build();
    node.apply =
        r ->
            ChangeResult.newBuilder()
                .setOutcome("done: " + r.getChange().getKindCase())
                .setPlan(SampleAnswers.plan(""))
                .build();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private int run(String... words) {
    return runAt(node.address(), words);
  }

  /** With more time than commands have by themselves: this machine may stand still. */
  private int runAt(String address, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    if (!all.contains("--timeout")) {
      all.addAll(List.of("--timeout", "60s"));
    }
    return runAsTyped(address, all);
  }

  private int runAsTyped(String address, List<String> words) {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of("--node", address));
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine command = Ringtail.commandLine();
    command.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return command.execute(all.toArray(String[]::new));
  }

  /** Every command that asks a node, with words that do. */
  static List<List<String>> asking() {
    return List.of(
        List.of("status"),
        List.of("nodes"),
        List.of("ring", "show"),
        List.of("ring", "owner", SampleAnswers.TRACE),
        List.of("drain", "sampler-1", "--yes"),
        List.of("undrain", "sampler-1", "--yes"),
        List.of("weight", "sampler-1", "50", "--yes"),
        List.of("trace", SampleAnswers.TRACE),
        List.of("config", "print"),
        List.of("config", "print", "sampler-1"),
        List.of("config", "diff", "sampler-1", "sampler-1"),
        List.of("metrics", "sampler-1"),
        List.of("log-level", "sampler-1", "root", "debug"));
  }

  @ParameterizedTest
  @MethodSource("asking")
  void anyCommand_answered_textJsonAndYamlOnStdoutAlone(List<String> words) throws Exception {
    assertThat(run(words.toArray(String[]::new))).as(err.toString()).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).as("text").doesNotStartWith("{").doesNotContain("\u001b");
    List<String> json = new ArrayList<>(words);
    json.addAll(List.of("--output", "json"));
    assertThat(run(json.toArray(String[]::new))).as(err.toString()).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).startsWith("{").endsWith("}\n");
    requireOneDocument(out.toString());
    json.set(json.size() - 1, "yaml");
    assertThat(run(json.toArray(String[]::new))).as(err.toString()).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).startsWith("---\n");
    assertThat(new Load(LoadSettings.builder().build()).loadFromString(out.toString()))
        .isInstanceOf(java.util.Map.class);
  }

  private static void requireOneDocument(String json) throws Exception {
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      parser.nextToken();
      parser.skipChildren();
      assertThat(parser.nextToken()).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource("asking")
  void anyCommand_nobodyListens_exitSixtyNineSayingWhereAndHowToChangeIt(List<String> words)
      throws Exception {
    String address;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = "127.0.0.1:" + free.getLocalPort();
    }
    assertThat(runAt(address, words.toArray(String[]::new))).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString())
        .startsWith("ringtail: no node answers at " + address + " (")
        .contains("refused", "--node or RINGTAIL_NODE")
        .contains("a node elsewhere is reached by ssh -L ", "kubectl port-forward POD ")
        .hasLineCount(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void anyCommand_aNodeThatHangs_endsAtTheTimeout() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    node.status =
        r -> {
          await(over);
          return SampleAnswers.status();
        };
    long before = System.nanoTime();
    assertThat(run("status", "--timeout", "300ms")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat((System.nanoTime() - before) / 1e9).isBetween(0.25, 30.0);
    assertThat(err.toString())
        .isEqualTo("ringtail: " + node.address() + " did not answer within 300ms (--timeout)\n");
    over.countDown();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void anyCommand_aListenerThatNeverSpeaks_endsAtTheTimeout() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + mute.getLocalPort();
      assertThat(runAt(address, "nodes", "--timeout", "300ms")).isEqualTo(ExitCode.UNREACHABLE);
      assertThat(err.toString()).contains(address + " did not answer within 300ms");
    }
  }

  @Test
  void anyCommand_anHttpServerThere_isNotTakenForANode() throws Exception {
    try (ServerSocket http = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread server = new Thread(() -> answerHttp(http));
      server.setDaemon(true);
      server.start();
      assertThat(runAt("127.0.0.1:" + http.getLocalPort(), "status"))
          .isEqualTo(ExitCode.UNREACHABLE);
      assertThat(err.toString()).startsWith("ringtail: no node answers at 127.0.0.1:");
    }
  }

  private static void answerHttp(ServerSocket http) {
    try (var connection = http.accept()) {
      connection
          .getOutputStream()
          .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      connection.getOutputStream().flush();
      connection.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
    } catch (java.io.IOException e) {
      // the client has seen enough
    }
  }

  @Test
  void anyCommand_anotherGrpcServiceThere_isSaidToBeNone() {
    node.status =
        r -> {
          throw Status.UNIMPLEMENTED
              .withDescription("Method not found: ringtail.admin.v1.Admin/GetClusterStatus")
              .asRuntimeException();
        };
    assertThat(run("status")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString())
        .contains("not as a Ringtail node's admin service", "Method not found");
  }

  @Test
  void anyCommand_wrongAddressWords_exitTwo() {
    assertThat(runAt("4320", "status")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("\"4320\" (expected: HOST:PORT, such as 127.0.0.1:4320)");
    assertThat(run("status", "--timeout", "5")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("expected: a duration with a unit");
    assertThat(run("status", "--timeout", "2h")).isEqualTo(ExitCode.USAGE);
    assertThat(run("status", "--output", "xml")).isEqualTo(ExitCode.USAGE);
    assertThat(runAt("no-such-host.invalid:1", "status")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString()).contains("no address is known for no-such-host.invalid");
  }

  @Test
  void whatANodeSaysOfAnother_isPassedOnWithItsExitCode() {
    node.metrics =
        r -> {
          throw switch (r.getNodeId()) {
            case "gone" -> Status.NOT_FOUND.withDescription("no node gone").asRuntimeException();
            case "dead" ->
                Status.DEADLINE_EXCEEDED.withDescription("dead: no answer").asRuntimeException();
            case "cut" -> Status.UNAVAILABLE.withDescription("cut: no way").asRuntimeException();
            case "bad" -> Status.INVALID_ARGUMENT.withDescription("bad word").asRuntimeException();
            default -> Status.INTERNAL.withDescription("failed, see the log").asRuntimeException();
          };
        };
    assertThat(run("metrics", "gone")).isEqualTo(ExitCode.PROBLEM);
    assertThat(err.toString()).isEqualTo("ringtail: no node gone\n");
    assertThat(run("metrics", "dead")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString()).isEqualTo("ringtail: dead: no answer\n");
    assertThat(run("metrics", "cut")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString()).isEqualTo("ringtail: cut: no way\n");
    assertThat(run("metrics", "bad")).isEqualTo(ExitCode.USAGE);
    assertThat(run("metrics", "odd")).isEqualTo(ExitCode.PROBLEM);
    assertThat(err.toString()).contains("INTERNAL: failed, see the log");
  }

  @Test
  void status_aDeadNode_exitOneWithCauseAndRemedyAndAShareOfTheTimeoutForOthers() {
    int[] deadline = new int[1];
    node.status =
        r -> {
          deadline[0] = r.getDeadlineMs();
          return SampleAnswers.oneSilent();
        };
    assertThat(runAsTyped(node.address(), List.of("status"))).isEqualTo(ExitCode.PROBLEM);
    assertThat(deadline[0]).isEqualTo(2000);
    assertThat(out.toString())
        .startsWith("CRITICAL: 1 finding; cluster \"ringtail\", 1 router and 2 samplers\n")
        .contains("CRITICAL node-silent  sampler-1", "> If a process is dead", "silent");
    assertThat(run("nodes")).isEqualTo(ExitCode.PROBLEM);
    assertThat(out.toString()).contains("silent");
  }

  @Test
  void status_failOn_saysFromWhere() {
    var noticed = SampleAnswers.status().toBuilder();
    noticed.getNodesBuilder(2).getStatusBuilder().setVersion("0.2.0");
    node.status = r -> io.ringtail.admin.findings.Findings.addedTo(noticed.build());
    assertThat(run("status")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).startsWith("OK, with 1 notice of what passes;");
    assertThat(run("status", "--fail-on", "warning")).isEqualTo(ExitCode.OK);
    assertThat(run("status", "--fail-on", "notice")).isEqualTo(ExitCode.PROBLEM);
    assertThat(run("status", "--watch", "-1")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void status_watched_goesOnOverAFailureUntilNobodyReads() {
    int[] asked = new int[1];
    node.status =
        r -> {
          if (++asked[0] == 1) {
            throw Status.FAILED_PRECONDITION.withDescription("not now").asRuntimeException();
          }
          return SampleAnswers.status();
        };
    CommandLine command = Ringtail.commandLine();
    command.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    command.setErr(new PrintWriter(err, true)).setOut(new PrintWriter(new Pipe(), true));
    assertThat(command.execute("status", "--watch", "1", "--node", node.address())).isZero();
    assertThat(asked[0]).isEqualTo(2);
    assertThat(err.toString()).isEqualTo("ringtail: not now\n");
    assertThat(out.toString()).startsWith("OK: nothing is wrong;");
  }

  /** Whose reader goes after the first page. */
  private final class Pipe extends Writer {
    @Override
    public void write(char[] text, int from, int length) {
      out.write(text, from, length);
    }

    @Override
    public void flush() throws IOException {
      if (!out.toString().isEmpty()) {
        throw new IOException("broken pipe");
      }
    }

    @Override
    public void close() {}
  }

  @Test
  void ringShow_membersThatOwn_withTheirShareOfAFairOne() {
    assertThat(run("ring", "show")).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains(
            "epoch 3.7@sampler-0, table 00000000deadbeef\n",
            "262,144 slots, 2 owners\n",
            "sampler-0  active     100  51.0%          1.020")
        .doesNotContain("router-0");
  }

  @Test
  void ringOwner_ofANode_hasTheEpochToo() {
    assertThat(run("ring", "owner", SampleAnswers.TRACE.toUpperCase(java.util.Locale.ROOT)))
        .isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains(
            "slot   4242",
            "owner  sampler-1 since epoch 3.5@sampler-0",
            "heir   sampler-0",
            "epoch");
    assertThat(run("ring", "owner", "--output", "json", SampleAnswers.TRACE)).isEqualTo(0);
    assertThat(out.toString())
        .isEqualTo(
            "{\"trace_id\":\""
                + SampleAnswers.TRACE
                + "\",\"slot\":4242,\"owner\":\"sampler-1\",\"heir\":\"sampler-0\","
                + "\"table_checksum\":\"00000000deadbeef\",\"members\":2,"
                + "\"epoch\":\"3.7@sampler-0\",\"since\":\"3.5@sampler-0\"}\n");
    node.ring = r -> SampleAnswers.ring("");
    assertThat(run("ring", "owner", SampleAnswers.TRACE)).isEqualTo(ExitCode.PROBLEM);
    assertThat(err.toString()).contains("nobody owns it");
  }

  @Test
  void trace_open_decidedAndUnknown_eachInItsWords() {
    assertThat(run("trace", SampleAnswers.TRACE)).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains(
            "owner   sampler-1, slot 4242, since epoch 3.5@sampler-0; heir sampler-0\n",
            "open    sampler-1: 12 spans, 3.4 KiB, first seen 4.2s ago, due in 11s, context"
                + " {x-scope-orgid=a}\n");
    node.trace =
        r ->
            SampleAnswers.trace(
                "found { node_id: 'sampler-0' state: KEPT policy: 'errors' decided_at_ms: 1000 }"
                    + " found { node_id: 'sampler-1' state: OPEN spans: 1 bytes: 5"
                    + " due_in_seconds: -3 waits_for: 'held' } silent: 'sampler-2'");
    assertThat(run("trace", SampleAnswers.TRACE)).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("kept    sampler-0: by policy errors, ", " ago (1970-01-01T00:00:01Z)")
        .contains("1 span, 5 B, first seen 0.0s ago, overdue by 3.0s, waits: held\n")
        .contains("silent  sampler-2: what they know is not here\n");
    node.trace = r -> SampleAnswers.trace("");
    assertThat(run("trace", SampleAnswers.TRACE)).isEqualTo(ExitCode.PROBLEM);
    assertThat(out.toString())
        .contains(
            "not known: never seen, or decided too long ago; decisions are remembered for 60m"
                + " (kept) and 10m (dropped)");
    assertThat(run("trace", "4bf9")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("\"4bf9\" is no trace ID (expected 32 hex digits");
  }

  @Test
  void change_withoutYesAndWithoutATerminal_planShownAndExitTwo() {
    assertThat(run("drain", "sampler-1")).isEqualTo(ExitCode.USAGE);
    assertThat(out.toString())
        .isEqualTo(
            """
            drain sampler-1: about 131,072 slots with 1,234 open traces, 118 MiB, move

            to           slots  bytes  buffered after
            sampler-0  131,072   118M       235M/1.0G

            """);
    assertThat(err.toString())
        .isEqualTo(
            "ringtail: not done: there is no terminal to ask on (--yes does it without asking)\n");
    assertThat(node.applied).isEmpty();
    assertThat(run("drain", "sampler-1", "--output", "json")).isEqualTo(ExitCode.USAGE);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains("131,072 slots");
  }

  @Test
  void change_yes_isAppliedAsTheUserOfThisHost() {
    assertThat(run("drain", "sampler-1", "--yes")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).endsWith("done: DRAIN\n");
    assertThat(node.applied.get(0).getActor())
        .startsWith(System.getProperty("user.name") + "@")
        .doesNotEndWith("@");
    assertThat(node.applied.get(0).getForce()).isFalse();
    assertThat(run("weight", "sampler-1", "50", "-y", "--force")).isEqualTo(ExitCode.OK);
    assertThat(node.applied.get(1).getChange().getSetWeight().getWeight()).isEqualTo(50);
    assertThat(node.applied.get(1).getForce()).isTrue();
    assertThat(run("weight", "sampler-1", "0", "-y")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("W: 0 (expected 1 to 10000; drain takes all away)");
  }

  @Test
  void change_withObjections_isRefusedUnlessForced() {
    node.plan = c -> SampleAnswers.plan("objections: 'sampler-0 would hold 2 GiB of 1 GiB'");
    assertThat(run("drain", "sampler-1", "--yes")).isEqualTo(ExitCode.PROBLEM);
    assertThat(out.toString()).contains("objection: sampler-0 would hold 2 GiB of 1 GiB");
    assertThat(err.toString())
        .isEqualTo(
            "ringtail: will not drain sampler-1: sampler-0 would hold 2 GiB of 1 GiB (--force does"
                + " it all the same)\n");
    assertThat(node.applied).isEmpty();
    assertThat(run("drain", "sampler-1", "--yes", "--force")).isEqualTo(ExitCode.OK);
    assertThat(node.applied).hasSize(1);
  }

  @Test
  void change_thatIsImpossible_isRefusedAlsoIfForced_jsonHasThePlan() {
    node.plan = c -> ChangePlan.newBuilder().setChange(c).setImpossible("it is a router").build();
    assertThat(run("drain", "router-0", "-y", "--force", "--output", "json"))
        .isEqualTo(ExitCode.PROBLEM);
    assertThat(out.toString())
        .startsWith(
            "{\"outcome\":\"\",\"plan\":{\"change\":{\"node_id\":\"router-0\",\"drain\":{}}")
        .contains("\"impossible\":\"it is a router\"");
    assertThat(err.toString()).isEqualTo("ringtail: cannot drain router-0: it is a router\n");
    assertThat(node.applied).isEmpty();
  }

  @Test
  void change_refusedBetweenPlanAndWord_exitOneWithTheNodesReason() {
    node.apply =
        r -> {
          throw Status.FAILED_PRECONDITION.withDescription("sampler-1 stops").asRuntimeException();
        };
    assertThat(run("undrain", "sampler-1", "--yes")).isEqualTo(ExitCode.PROBLEM);
    assertThat(err.toString()).isEqualTo("ringtail: sampler-1 stops\n");
  }

  @Test
  void drainWait_untilEmpty_progressOnStderr() {
    int[] asked = new int[1];
    node.status =
        r -> {
          var status = SampleAnswers.status().toBuilder();
          var drained = status.getNodesBuilder(2);
          boolean over = asked[0]++ > 0;
          drained.getMemberBuilder().setSlotShare(0).setState(MemberState.DRAINING);
          drained.getStatusBuilder().setState(MemberState.DRAINING).setDrainedByOperator(true);
          drained
              .getStatusBuilder()
              .getSamplerBuilder()
              .getOpenTracesBuilder()
              .setUsed(over ? 0 : 9);
          if (over) {
            drained.getStatusBuilder().getSamplerBuilder().clearDestinations();
          }
          return status.build();
        };
    assertThat(run("drain", "sampler-1", "--yes", "--wait")).isEqualTo(ExitCode.OK);
    assertThat(err.toString().lines())
        .first()
        .isEqualTo(
            "sampler-1: 9 open traces (117.7 MiB), 0 to hand over, and 1,800 spans to export");
    assertThat(err.toString().lines().reduce((a, b) -> b).orElseThrow())
        .startsWith("sampler-1 is empty after ");
  }

  @Test
  void logLevel_wordsOfALevel_areSentAsTheNodeKnowsThem() {
    assertThat(run("log-level", "router-0", "io.ringtail", "DEBUG")).isEqualTo(ExitCode.OK);
    assertThat(run("log-level", "router-0", "root", "default")).isEqualTo(ExitCode.OK);
    List<Change> changes = node.applied.stream().map(a -> a.getChange()).toList();
    assertThat(changes.get(0).getSetLogLevel().getLevel()).isEqualTo("debug");
    assertThat(changes.get(1).getSetLogLevel().getLevel()).isEmpty();
    assertThat(run("log-level", "router-0", "root", "loud")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void metrics_text_isThePageItself() {
    assertThat(run("metrics", "sampler-1")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).isEqualTo("# HELP x y\nx{node=\"sampler-1\"} 1\n");
  }

  @Test
  void configPrint_aNode_itsSettingsWithWhatItCut() {
    assertThat(run("config", "print", "sampler-1")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).isEqualTo("# cut\nnode:\n  id: sampler-1\n  zone: a\nops: {}\n");
  }

  @Test
  void configDiff_twoNodes_keysThatDifferAndExitOne() {
    assertThat(run("config", "diff", "sampler-1", "sampler-2")).isEqualTo(ExitCode.PROBLEM);
    assertThat(out.toString())
        .isEqualTo("node.id\n  sampler-1: sampler-1\n  sampler-2: sampler-2\n");
    assertThat(run("config", "diff", "a", "a")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).isEqualTo("no setting that both have differs\n");
  }

  @Test
  void configDiff_aFile_othersTiersSectionsAreNamedOnly() throws Exception {
    Path file = Files.writeString(dir.resolve("r.yaml"), "node: {id: router-0, zone: b}\n");
    assertThat(run("config", "diff", file.toString(), "router-0", "--output", "json"))
        .isEqualTo(ExitCode.PROBLEM);
    assertThat(out.toString())
        .contains("{\"key\":\"node.zone\",\"left\":\"b\",\"right\":\"a\"}")
        .contains("\"only_left\":[", "\"router\"");
    assertThat(run("config", "diff", dir + "/none.yaml", "router-0")).isEqualTo(ExitCode.PROBLEM);
    assertThat(err.toString()).contains("none.yaml has problems");
  }
}
