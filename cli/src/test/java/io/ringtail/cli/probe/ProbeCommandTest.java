package io.ringtail.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cli.CommandRun;
import io.ringtail.config.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The command with itself as the other end: what it sends comes back at once, span by span. */
class ProbeCommandTest {
  private static final List<String> SHORT =
      List.of("probe", "--traces=2", "--spans=4", "--spread=60ms", "--wait=2s", "--settle=1ms");

  @TempDir private Path directory;

  private final CommandRun command = new CommandRun();

  private int run(String... words) {
    return command.runOver(SHORT, words);
  }

  private static String freeAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }

  @ParameterizedTest
  @CsvSource({"--listen,grpc,none", "--listen-http,http/protobuf,gzip", "--listen,grpc,zstd"})
  void probe_whole_exitZero(String listen, String protocol, String compression) throws Exception {
    String address = freeAddress();
    int code =
        run(
            listen,
            address,
            "--endpoint",
            address,
            "--protocol",
            protocol,
            "--compression",
            compression,
            "--attribute",
            "tier=gold",
            "--allow-pieces");
    assertThat(code).as(command.err() + command.out()).isZero();
    assertThat(command.out()).contains("ok       4 of 4 spans", ": 2 of 2 traces whole");
    assertThat(command.err()).contains("probe: watching OTLP/", address);
  }

  @Test
  void probe_inPieces_exitOneWithJsonThatSaysSo() throws Exception {
    String address = freeAddress();
    int code = run("--listen", address, "--endpoint", address, "--output=json", "--quiet");
    assertThat(code).isEqualTo(1);
    assertThat(command.out())
        .startsWith("{\"run\":\"")
        .contains("\"ok\":false", "\"problems\":[\"pieces\"]", "\"pieces\":4");
    assertThat(command.err()).isEmpty();
  }

  @Test
  void probe_nothingComesOut_exitOne() throws Exception {
    String address = freeAddress();
    Path file = directory.resolve("kept.jsonl");
    try (Sink elsewhere = Sink.listen(address(address), null, new Arrivals(), System::nanoTime)) {
      assertThat(elsewhere.httpPort()).isZero();
      int code = run("--file", file.toString(), "--endpoint", address, "--wait=50ms");
      assertThat(code).isEqualTo(1);
    }
    assertThat(command.out())
        .contains("PROBLEM  0 of 4 spans: missing", "nothing of it came within 50ms");
  }

  private static InetSocketAddress address(String text) {
    return HostPort.parse(text).orElseThrow();
  }

  @Test
  void probe_nobodyAtTheFrontDoor_exit69() throws Exception {
    int code =
        run("--listen=127.0.0.1:0", "--endpoint", freeAddress(), "--timeout=50ms", "--quiet");
    assertThat(code).isEqualTo(69);
    assertThat(command.err()).contains("nobody answered at 127.0.0.1:");
  }

  @Test
  void probe_addressTaken_exitOneSayingWhich() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(run("--listen=127.0.0.1:" + taken.getLocalPort())).isEqualTo(1);
      assertThat(command.err())
          .contains("--listen: 127.0.0.1:" + taken.getLocalPort() + ": address already in use");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--traces=1 | --listen, --listen-http, --file: none (expected: one end)",
        "--listen=127.0.0.1:0 --file=x | --listen, --listen-http, --file: both",
        "--listen=nowhere | expected: HOST:PORT",
        "--file=/ | --file: / (expected: a file",
        "--file=/no/such/place | --file: /no/such/place",
        "--listen=127.0.0.1:0 --traces=0 | --traces: 0 (expected: 1 to 1000)",
        "--listen=127.0.0.1:0 --spans=1 | --spans: 1 (expected: 2 to 1000)",
        "--listen=127.0.0.1:0 --wait=0 | --wait: 0s (expected: 1ms to 24h)",
        "--listen=127.0.0.1:0 --every=1ms | --every: 1ms (expected: 100ms to 24h)",
        "--listen=127.0.0.1:0 --attribute=x | expected: KEY=VALUE",
        "--listen=127.0.0.1:0 --protocol=http/json | --protocol: http/json",
        "--listen=127.0.0.1:0 --connections=0 | --connections: 0",
      })
  void words_wrong_exitTwo(String words, String expected) {
    assertThat(run(words.split(" "))).isEqualTo(2);
    assertThat(command.err()).contains(expected);
    assertThat(command.out()).isEmpty();
  }

  @Test
  void help_tellsExitCodesAndExamples() {
    assertThat(new CommandLine(new ProbeCommand()).getUsageMessage())
        .containsSubsequence(
            "Exit codes", "0     every trace", "69    nobody answered", "Examples:");
  }
}
