package io.ringtail.cli.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.ringtail.cli.CommandRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ReplayCommandTest {
  private static final long DAY = 1_700_000_000_000_000_000L;

  @TempDir Path directory;

  private final CommandRun command = new CommandRun();

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "zstd"})
  void grpc_deliversEveryRequest_withItsHeaders(String compression) throws Exception {
    try (GrpcSink sink = new GrpcSink()) {
      int code =
          run(
              file(3),
              sink.endpoint(),
              "--compression",
              compression,
              "--header",
              "X-Scope-OrgID=a");
      assertThat(code).as(command.err()).isZero();
      assertThat(sink.received)
          .hasSize(3)
          .allMatch(r -> r.equals("a " + compressionName(compression)));
      assertThat(sink.spans.get()).isEqualTo(6);
      assertThat(command.out()).contains("sent                  6 spans in 3 requests");
    }
  }

  private static String compressionName(String compression) {
    return compression.equals("none") ? "null" : compression;
  }

  @Test
  void grpc_refusedThenAccepted_isSentAgain_afterTheServersDelay() throws Exception {
    try (GrpcSink sink = new GrpcSink()) {
      sink.refusals.add(Status.UNAVAILABLE.withDescription("full"));
      sink.refusals.add(Status.RESOURCE_EXHAUSTED);
      assertThat(run(file(1), sink.endpoint(), "--output", "json")).as(command.err()).isZero();
      assertThat(command.out())
          .startsWith("{\"requests\":1,\"malformedLines\":0,\"seconds\":")
          .contains(
              "\"spans\":{\"sent\":2,\"accepted\":2,\"rejected\":0,\"refused\":4,"
                  + "\"unanswered\":0,\"retried\":4,\"lost\":0}}");
      assertThat(command.err()).contains("line 1: will be sent again: UNAVAILABLE: full");
    }
  }

  @Test
  void grpc_refusedForGood_isLost() throws Exception {
    try (GrpcSink sink = new GrpcSink()) {
      sink.refusals.add(Status.INVALID_ARGUMENT.withDescription("no"));
      assertThat(run(file(2), sink.endpoint())).isEqualTo(1);
      assertThat(command.out()).containsPattern("accepted +2 spans").containsPattern("lost +2 ");
      assertThat(command.err()).containsPattern("line [12]: 2 spans lost: INVALID_ARGUMENT: no");
    }
  }

  @Test
  void grpc_partialSuccess_isNotSentAgain_andExits1() throws Exception {
    try (GrpcSink sink = new GrpcSink()) {
      sink.rejected = 1;
      assertThat(run(file(1), sink.endpoint())).isEqualTo(1);
      assertThat(sink.received).hasSize(1);
      assertThat(command.out()).containsPattern("rejected +1 ");
    }
  }

  @Test
  void grpc_unreachable_exits69() throws Exception {
    assertThat(run(file(1), closedPort(), "--timeout", "50ms")).isEqualTo(69);
    assertThat(command.err()).contains("nobody answered at 127.0.0.1:");
  }

  @Test
  void eitherProtocol_toThePortOfTheOther_saysSoAndExits69() throws Exception {
    try (GrpcSink grpc = new GrpcSink();
        HttpSink http = new HttpSink()) {
      String[] http11 = {"--max-retries=0", "--protocol=http/protobuf"};
      assertThat(run(file(1), grpc.endpoint(), http11)).isEqualTo(69);
      assertThat(command.err()).contains("the answer is no HTTP/1.1: is this a port for gRPC?");
      assertThat(run(file(1), http.endpoint(), "--max-retries=0")).isEqualTo(69);
      assertThat(command.err()).contains("the answer is no HTTP/2: is this a port for HTTP?");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http/protobuf,none",
    "http/protobuf,gzip",
    "http/protobuf,zstd",
    "http/json,none",
    "http/json,gzip"
  })
  void http_deliversEveryRequest(String protocol, String compression) throws Exception {
    try (HttpSink sink = new HttpSink()) {
      int code =
          run(
              file(3),
              sink.endpoint(),
              "--protocol",
              protocol,
              "--compression",
              compression,
              "--header",
              "X-Scope-OrgID=a");
      assertThat(code).as(command.err()).isZero();
      String type = protocol.equals("http/json") ? "application/json" : "application/x-protobuf";
      assertThat(sink.received)
          .hasSize(3)
          .allMatch(r -> r.equals("a " + compressionName(compression) + " " + type));
      assertThat(sink.bodies).containsExactlyInAnyOrderElementsOf(expected(protocol, 3));
    }
  }

  @Test
  void http_refusedHungUpAndThenAccepted_isSentAgain() throws Exception {
    try (HttpSink sink = new HttpSink()) {
      sink.codes.addAll(List.of(429, -1, 503, 502));
      assertThat(run(file(1), sink.endpoint(), "--protocol", "http/json"))
          .as(command.err())
          .isZero();
      assertThat(command.out())
          .containsPattern("refused +6 ")
          .containsPattern("unanswered +2 ")
          .containsPattern("retried +8 ")
          .containsPattern("lost +0 ");
      assertThat(command.err()).contains("HTTP 429: busy");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413, 404, 500})
  void http_otherRefusals_areLosses(int code) throws Exception {
    try (HttpSink sink = new HttpSink()) {
      sink.codes.add(code);
      assertThat(run(file(1), sink.endpoint(), "--protocol", "http/protobuf")).isEqualTo(1);
      assertThat(command.err()).contains("2 spans lost: HTTP " + code + ": busy");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http/protobuf", "http/json"})
  void http_partialSuccess_exits1(String protocol) throws Exception {
    try (HttpSink sink = new HttpSink()) {
      sink.rejected = 1;
      assertThat(run(file(1), sink.endpoint(), "--protocol", protocol)).isEqualTo(1);
      assertThat(command.out()).containsPattern("rejected +1 ");
      assertThat(command.err()).contains("1 span rejected: bad");
    }
  }

  @Test
  void http_unreachable_exits69() throws Exception {
    assertThat(run(file(1), closedPort(), "--protocol", "http/json", "--timeout", "50ms"))
        .isEqualTo(69);
  }

  @Test
  void oneOfTwoEndpointsDown_losesNothing() throws Exception {
    try (GrpcSink sink = new GrpcSink()) {
      assertThat(run(file(4), closedPort(), "--endpoint", sink.endpoint()))
          .as(command.err())
          .isZero();
      assertThat(sink.spans.get()).isEqualTo(8);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--speed -1 | --speed",
        "--protocol udp | expected: grpc, http/protobuf or http/json",
        "--compression snappy | expected: none, gzip or zstd",
        "--timeout 10 | expected: a duration with a unit",
        "--in-flight 0 | --in-flight: 0 (expected: at least 1)",
        "--connections 100000 --in-flight 100000 | requests at a time",
        "--protocol http/json --header Content-Length=3 | --header",
      })
  void wrongWords_exit2(String words, String expected) throws Exception {
    assertThat(run(file(1), "127.0.0.1:1", words.split(" "))).isEqualTo(2);
    assertThat(command.err()).contains(expected);
  }

  @Test
  void wrongEndpointOrFile_exit2() throws Exception {
    assertThat(run(file(1), "localhost")).isEqualTo(2);
    assertThat(command.err()).contains("\"localhost\" (expected: HOST:PORT");
    assertThat(run(directory.resolve("absent"), "127.0.0.1:1")).isEqualTo(2);
    assertThat(command.err()).contains("absent: cannot be read: no such file");
    assertThat(run(directory, "127.0.0.1:1")).isEqualTo(2);
    assertThat(command.err()).contains(directory + ": cannot be read: is a directory");
  }

  @Test
  void help_tellsTheExitCodes() {
    String help = new CommandLine(new ReplayCommand()).getUsageMessage();
    assertThat(help)
        .containsSubsequence(
            "Exit codes",
            "0     every span",
            "1     spans",
            "2     wrong",
            "69    nobody answered");
  }

  private Path file(int lines) throws IOException {
    String[] text = new String[lines];
    for (int i = 0; i < lines; i++) {
      text[i] = TraceLines.line(2, DAY + i);
    }
    return TraceLines.plain(directory, text);
  }

  private List<String> expected(String protocol, int lines) throws Exception {
    List<String> expected = new ArrayList<>();
    try (TraceFile file = new TraceFile(file(lines))) {
      for (int i = 0; i < lines; i++) {
        RecordedLine line = file.next().orElseThrow();
        byte[] body = protocol.equals("http/json") ? line.json() : line.protobuf();
        expected.add(new String(body, UTF_8));
      }
    }
    return expected;
  }

  private int run(Path file, String endpoint, String... more) {
    List<String> words = List.of("replay", file.toString(), "--endpoint", endpoint, "--quiet");
    List<String> usual = new ArrayList<>(words);
    usual.addAll(List.of("--retry-delay", "2ms"));
    return command.runOver(usual, more);
  }

  private static String closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }
}
