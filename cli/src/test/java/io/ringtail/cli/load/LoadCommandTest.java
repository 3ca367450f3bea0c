package io.ringtail.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cli.CommandRun;
import io.ringtail.config.ListenException;
import io.ringtail.link.Header;
import io.ringtail.metrics.Metrics;
import io.ringtail.refusal.Refusal;
import io.ringtail.router.receive.Connections;
import io.ringtail.router.receive.EventLoops;
import io.ringtail.router.receive.Ingress;
import io.ringtail.router.receive.ReceiveConfig;
import io.ringtail.router.receive.Receivers;
import io.ringtail.router.receive.Responder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class LoadCommandTest {
  private static final List<String> SHORT =
      List.of(
          "load",
          "--rate=2000",
          "--duration=300ms",
          "--trace-duration=100ms",
          "--linger=20ms",
          "--spans=2..20",
          "--retry-delay=5ms",
          "--quiet");

  private final CommandRun command = new CommandRun();

  private int run(String endpoint, String... more) {
    List<String> usual = new ArrayList<>(SHORT);
    usual.addAll(List.of("--endpoint", endpoint));
    return command.runOver(usual, more);
  }

  @ParameterizedTest
  @CsvSource({"grpc,none", "grpc,zstd", "http/protobuf,none", "http/protobuf,gzip"})
  void load_takenAsSent_exitZero(String protocol, String compression) throws Exception {
    try (Backend backend = new Backend(0)) {
      String endpoint = backend.endpoint(protocol);
      int code =
          run(endpoint, "--protocol", protocol, "--compression", compression, "--output=json");
      assertThat(code).as(command.err() + command.out()).isZero();
      assertThat(command.out())
          .startsWith("{\"requests\":")
          .contains("\"rejected\":0", "\"lost\":0", "\"not_sent_spans\":0", "\"latency_ms\":{")
          .contains("\"accepted\":" + sent());
      assertThat(backend.requests.get()).isPositive();
    }
  }

  private String sent() {
    return command.out().replaceFirst("(?s)^.*?\"sent\":([0-9]+).*", "$1");
  }

  @Test
  void load_refusedThenTaken_sentAgainAndNoneLost() throws Exception {
    try (Backend backend = new Backend(3)) {
      assertThat(run(backend.endpoint("grpc"))).as(command.err() + command.out()).isZero();
      assertThat(command.out()).containsPattern("retried +[1-9]").containsPattern("lost +0 spans");
      assertThat(command.err()).containsPattern("request [0-9]+: will be sent again: UNAVAILABLE");
    }
  }

  @Test
  void load_refusedForEver_lostAndExitOne() throws Exception {
    try (Backend backend = new Backend(Integer.MAX_VALUE)) {
      assertThat(run(backend.endpoint("grpc"), "--max-retries=1")).isEqualTo(1);
      assertThat(command.out()).containsPattern("lost +[1-9]").containsPattern("accepted +0 ");
    }
  }

  @Test
  void load_nobodyThere_exit69() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    assertThat(run("127.0.0.1:" + port, "--max-retries=0")).isEqualTo(69);
    assertThat(command.err())
        .contains("nobody answered at 127.0.0.1:" + port + " by grpc (a router has port 4317")
        .contains("Connection refused");
    assertThat(command.out())
        .contains("sender     nobody answered: this says nothing of the rate")
        .doesNotContain("KEEP THE RATE");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--rate=0 | --rate: 0.0 (expected: above 0",
        "--rate=many | --rate",
        "--duration=10 | expected: a duration with a unit",
        "--spans=0 | --spans: 0 (expected: 1 to 10000)",
        "--spans=9..3 | expected: a number or a range",
        "--depth=1 | --depth: 1 (expected: 2 to 1000",
        "--services=0 | --services: 0",
        "--span-bytes=0 | --span-bytes: 0",
        "--errors=101 | --errors: 101.0 (expected: 0 to 100)",
        "--batch=100000 --span-bytes=1000000 | --batch: 100000 (expected: a request of at most 64",
        "--rate=1000000 --trace-duration=1h | --trace-duration: 3600s (expected: at most 20s",
        "--protocol=http/json | --protocol: http/json (expected: grpc or http/protobuf)",
        "--connections=0 | --connections: 0",
      })
  void words_wrong_exitTwo(String words, String expected) {
    assertThat(run("127.0.0.1:1", words.split(" "))).isEqualTo(2);
    assertThat(command.err()).contains(expected);
    assertThat(command.out()).isEmpty();
  }

  @Test
  void help_tellsExitCodesAndExamples() {
    assertThat(new CommandLine(new LoadCommand()).getUsageMessage())
        .containsSubsequence(
            "Exit codes", "0     every span", "69    nobody answered", "Examples:");
  }

  /** A router's own servers, that refuse the first requests. */
  private static final class Backend implements Ingress, AutoCloseable {
    private final EventLoops loops = EventLoops.create(1);
    private final AtomicInteger refusals;
    private final AtomicInteger requests = new AtomicInteger();
    private final Receivers receivers;

    Backend(int refusals) throws ListenException {
      this.refusals = new AtomicInteger(refusals);
      ReceiveConfig otherwise = ReceiveConfig.defaults();
      InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
      receivers =
          Receivers.start(
              new ReceiveConfig(
                  any,
                  any,
                  otherwise.maxRequestBytes(),
                  otherwise.maxBytesInFlight(),
                  otherwise.maxBytesIncoming(),
                  List.of(),
                  otherwise.maxConcurrentCalls(),
                  otherwise.maxConnections(),
                  otherwise.maxHeaderBytes(),
                  otherwise.times()),
              this,
              new Metrics(),
              Connections.unlimited(loops));
    }

    String endpoint(String protocol) {
      return "127.0.0.1:" + (protocol.equals("grpc") ? receivers.grpcPort() : receivers.httpPort());
    }

    @Override
    public void accept(byte[] body, int offset, int length, Header context, Responder responder) {
      requests.incrementAndGet();
      if (refusals.getAndDecrement() > 0) {
        responder.refused(new Refusal.Busy("busy", Duration.ofMillis(1)));
      } else {
        responder.accepted(0, "");
      }
    }

    @Override
    public boolean ready() {
      return true;
    }

    @Override
    public void close() throws IOException {
      receivers.close();
      loops.close();
    }
  }
}
