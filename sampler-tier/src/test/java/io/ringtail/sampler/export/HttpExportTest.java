package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.netty.util.IllegalReferenceCountException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.ringtail.config.ConfigFile;
import io.ringtail.metrics.Metrics;
import io.ringtail.sampler.export.KeptTrace.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real HTTP server on loopback, and several destinations at once. */
class HttpExportTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int HANG = 0;

  private record Request(String path, Headers headers, byte[] body) {}

  private final Metrics metrics = new Metrics();
  private final Kept kept = new Kept();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Queue<Integer> statuses = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private HttpServer server;
  @TempDir private Path dir;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
    assertThat(kept.allReleased()).isTrue();
    assertThat(kept.answeredOnce()).isTrue();
  }

  /** Answers with the next status, or 200 when there is none. */
  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    requests.add(
        new Request(exchange.getRequestURI().getPath(), exchange.getRequestHeaders(), body));
    Integer status = statuses.poll();
    if (status != null && status == HANG) {
      return;
    }
    exchange.getResponseHeaders().add("Retry-After", "0");
    exchange.sendResponseHeaders(status == null ? 200 : status, -1);
    exchange.close();
  }

  private Exports open(String yaml) {
    ConfigFile file =
        ConfigFile.read("x.yaml", yaml + "linger: 5ms\nretry: { initial: 10ms, max: 50ms }\n");
    Exports exports = Exports.open(ExportConfig.read(file.root()), metrics);
    assertThat(file.problems()).isEmpty();
    return exports;
  }

  private String otlp(String path, String more) {
    return "otlp: { protocol: http, timeout: 60s, endpoint: 'http://127.0.0.1:%d%s' %s }\n"
        .formatted(server.getAddress().getPort(), path, more);
  }

  private void awaitAnswered(int traces) {
    await().atMost(SOON).until(() -> kept.answered() == traces);
  }

  /** As one without memory for the copies would. */
  @Test
  void offer_thatFails_leavesItsRoomToOthers(@TempDir Path dir) throws Exception {
    Exports exports =
        open(otlp("", "") + "file: '" + dir.resolve("out.json") + "'\nmax-queued-bytes: 1KiB\n");
    for (long id = 1; id <= 10; id++) {
      KeptTrace released = kept.trace(id, 3);
      released.resourceSpans().release();
      assertThatThrownBy(() -> exports.offer(released))
          .isInstanceOf(IllegalReferenceCountException.class);
    }
    assertThat(exports.isEmpty()).isTrue();
    assertThat(exports.offer(kept.trace(11, 3))).isTrue();
    awaitAnswered(1);
    exports.close(SOON);
  }

  @Test
  void accepted_baseUrl_pathAppendedAndBytesEqual() throws IOException {
    Exports exports = open(otlp("", ""));
    exports.offer(kept.trace(1, 3, Kept.TENANT));
    awaitAnswered(1);
    exports.close(SOON);

    Request request = requests.get(0);
    assertThat(request.path()).isEqualTo("/v1/traces");
    assertThat(request.body()).isEqualTo(Kept.encoded(1, 3));
    assertThat(request.headers().getFirst("Content-Type")).isEqualTo("application/x-protobuf");
    assertThat(request.headers().getFirst("X-Scope-OrgID")).isEqualTo("t1");
    assertThat(request.headers().getFirst("User-Agent"))
        .matches("Ringtail/\\S+ OTel-OTLP-Exporter-Java/\\S+");
  }

  @Test
  void accepted_ownPathGzip_usedAsItIs() throws IOException {
    Exports exports = open(otlp("/custom/traces", ", compression: gzip"));
    exports.offer(kept.trace(1, 3));
    awaitAnswered(1);
    exports.close(SOON);

    Request request = requests.get(0);
    assertThat(request.path()).isEqualTo("/custom/traces");
    assertThat(request.headers().getFirst("Content-Encoding")).isEqualTo("gzip");
    try (InputStream unzipped = new GZIPInputStream(new ByteArrayInputStream(request.body()))) {
      assertThat(ExportTraceServiceRequest.parseFrom(unzipped))
          .isEqualTo(ExportTraceServiceRequest.parseFrom(Kept.encoded(1, 3)));
    }
  }

  @Test
  void overloadAndRejection_eachByTheRules() {
    statuses.addAll(List.of(503, 429, 502));
    Exports exports = open(otlp("", ""));
    exports.offer(kept.trace(1, 3));
    awaitAnswered(1);
    statuses.add(400);
    exports.offer(kept.trace(2, 2));
    awaitAnswered(2);
    exports.close(SOON);

    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
    assertThat(kept.answersTo(2)).containsExactly(Answer.REJECTED);
    assertThat(requests).hasSize(5);
  }

  /** Such a short time may be over for others than the first, too. */
  @Test
  void hanging_timesOutAndIsSentAgain() {
    statuses.add(HANG);
    Exports exports = open(otlp("", "").replace("60s", "200ms"));
    exports.offer(kept.trace(1, 3));
    awaitAnswered(1);
    exports.close(SOON);

    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
    assertThat(requests).hasSizeGreaterThan(1);
    assertThat(requests.get(1).body()).isEqualTo(requests.get(0).body());
  }

  @Test
  void backendGoesAwayAndReturns_nothingIsLost() throws IOException {
    Exports exports = open(otlp("", ""));
    InetSocketAddress address = server.getAddress();
    server.stop(0);
    exports.offer(kept.trace(1, 3));
    await()
        .atMost(SOON)
        .until(
            () ->
                metrics
                        .counter("ringtail_sampler_export_retries_total", "", "destination", "otlp")
                        .getCount()
                    > 0);
    server = HttpServer.create(address, 0);
    server.createContext("/", this::answer);
    server.start();
    awaitAnswered(1);
    exports.close(SOON);

    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
    assertThat(requests).hasSize(1);
  }

  @Test
  void twoDestinations_answeredWhenBothHaveAnswered() throws IOException {
    Path file = dir.resolve("kept.jsonl");
    statuses.addAll(List.of(503, 503));
    Exports exports = open(otlp("", "") + "file: " + file + "\n");
    for (int i = 0; i < 10; i++) {
      assertThat(exports.offer(kept.trace(i, 2))).isTrue();
    }
    awaitAnswered(10);
    await().atMost(SOON).until(exports::isEmpty);
    exports.close(SOON);

    assertThat(Files.readAllLines(file)).hasSize(10);
  }

  @Test
  void noDestination_answeredAtOnce() {
    Exports exports = open("");
    assertThat(exports.offer(kept.trace(1, 2))).isTrue();
    assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
    exports.close(SOON);
  }

  @Test
  void listener_toldOnceOfWhatIsTaken() {
    boolean[] full = {true};
    List<String> told = new CopyOnWriteArrayList<>();
    Exports exports = open("");
    ExportQueue queue =
        new ListeningQueue(
            trace -> !full[0] && exports.offer(trace),
            trace -> told.add(trace.traceIdLo() + ":" + trace.resourceSpans().readableBytes()),
            new Metrics());
    KeptTrace trace = kept.trace(1, 2);
    assertThat(queue.offer(trace)).isFalse();
    full[0] = false;
    assertThat(queue.offer(trace)).isTrue();

    assertThat(told).containsExactly("1:" + Kept.encoded(1, 2).length);
    exports.close(SOON);
  }
}
