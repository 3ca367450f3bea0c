package io.ringtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.grpc.Status;
import io.ringtail.cli.exit.ExitCode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What all admin commands have in common, against a node that answers what it is told to. */
class AdminCommandsTest extends WithNode {
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
    assertThat(run(words.toArray(String[]::new))).as(err()).isEqualTo(ExitCode.OK);
    assertThat(out()).as("text").doesNotStartWith("{").doesNotContain("\u001b");
    List<String> json = new ArrayList<>(words);
    json.addAll(List.of("--output", "json"));
    assertThat(run(json.toArray(String[]::new))).as(err()).isEqualTo(ExitCode.OK);
    assertThat(out()).startsWith("{").endsWith("}\n");
    requireOneDocument(out());
    json.set(json.size() - 1, "yaml");
    assertThat(run(json.toArray(String[]::new))).as(err()).isEqualTo(ExitCode.OK);
    assertThat(out()).startsWith("---\n");
    assertThat(new Load(LoadSettings.builder().build()).loadFromString(out()))
        .isInstanceOf(Map.class);
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
    assertThat(err())
        .startsWith("ringtail: no node answers at " + address + " (")
        .contains("refused", "--node or RINGTAIL_NODE")
        .contains("a node elsewhere is reached by ssh -L ", "kubectl port-forward POD ")
        .hasLineCount(1);
    assertThat(out()).isEmpty();
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
    assertThat(err())
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
      assertThat(err()).contains(address + " did not answer within 300ms");
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
      assertThat(err()).startsWith("ringtail: no node answers at 127.0.0.1:");
    }
  }

  private static void answerHttp(ServerSocket http) {
    try (var connection = http.accept()) {
      connection
          .getOutputStream()
          .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      connection.getOutputStream().flush();
      connection.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
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
    assertThat(err()).contains("not as a Ringtail node's admin service", "Method not found");
  }

  @Test
  void anyCommand_wrongAddressWords_exitTwo() {
    assertThat(runAt("4320", "status")).isEqualTo(ExitCode.USAGE);
    assertThat(err()).contains("\"4320\" (expected: HOST:PORT, such as 127.0.0.1:4320)");
    assertThat(run("status", "--timeout", "5")).isEqualTo(ExitCode.USAGE);
    assertThat(err()).contains("expected: a duration with a unit");
    assertThat(run("status", "--timeout", "2h")).isEqualTo(ExitCode.USAGE);
    assertThat(run("status", "--output", "xml")).isEqualTo(ExitCode.USAGE);
    assertThat(runAt("no-such-host.invalid:1", "status")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err()).contains("no address is known for no-such-host.invalid");
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
    assertThat(err()).isEqualTo("ringtail: no node gone\n");
    assertThat(run("metrics", "dead")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err()).isEqualTo("ringtail: dead: no answer\n");
    assertThat(run("metrics", "cut")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err()).isEqualTo("ringtail: cut: no way\n");
    assertThat(run("metrics", "bad")).isEqualTo(ExitCode.USAGE);
    assertThat(run("metrics", "odd")).isEqualTo(ExitCode.PROBLEM);
    assertThat(err()).contains("INTERNAL: failed, see the log");
  }
}
