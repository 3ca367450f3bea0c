package io.ringtail.cli.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.compress.ByteOutput;
import io.ringtail.compress.Compression;
import io.ringtail.compress.Decompressed;
import io.ringtail.compress.Decompressor;
import io.ringtail.otlp.json.ExportResponse;
import io.ringtail.otlp.json.RpcStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ReplayCommandTest {
  private static final long DAY = 1_700_000_000_000_000_000L;

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<String> received = Collections.synchronizedList(new ArrayList<>());

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
      assertThat(code).as(err.toString()).isZero();
      assertThat(received).hasSize(3).allMatch(r -> r.equals("a " + compressionName(compression)));
      assertThat(sink.spans.get()).isEqualTo(6);
      assertThat(out.toString()).contains("sent                  6 spans in 3 requests");
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
      assertThat(run(file(1), sink.endpoint(), "--output", "json")).as(err.toString()).isZero();
      assertThat(out.toString())
          .startsWith("{\"requests\":1,\"malformedLines\":0,\"seconds\":")
          .contains(
              "\"spans\":{\"sent\":2,\"accepted\":2,\"rejected\":0,\"refused\":4,"
                  + "\"unanswered\":0,\"retried\":4,\"lost\":0}}");
      assertThat(err.toString()).contains("line 1: will be sent again: UNAVAILABLE: full");
    }
  }

  @Test
  void grpc_refusedForGood_isLost() throws Exception {
    try (GrpcSink sink = new GrpcSink()) {
      sink.refusals.add(Status.INVALID_ARGUMENT.withDescription("no"));
      assertThat(run(file(2), sink.endpoint())).isEqualTo(1);
      assertThat(out.toString()).containsPattern("accepted +2 spans").containsPattern("lost +2 ");
      assertThat(err.toString()).containsPattern("line [12]: 2 spans lost: INVALID_ARGUMENT: no");
    }
  }

  @Test
  void grpc_partialSuccess_isNotSentAgain_andExits1() throws Exception {
    try (GrpcSink sink = new GrpcSink()) {
      sink.rejected = 1;
      assertThat(run(file(1), sink.endpoint())).isEqualTo(1);
      assertThat(received).hasSize(1);
      assertThat(out.toString()).containsPattern("rejected +1 ");
    }
  }

  @Test
  void grpc_unreachable_exits69() throws Exception {
    assertThat(run(file(1), closedPort(), "--timeout", "50ms")).isEqualTo(69);
    assertThat(err.toString()).contains("no endpoint reached within 50ms");
  }

  @Test
  void eitherProtocol_toThePortOfTheOther_saysSo() throws Exception {
    try (GrpcSink grpc = new GrpcSink();
        HttpSink http = new HttpSink()) {
      String[] http11 = {"--max-retries=0", "--protocol=http/protobuf"};
      assertThat(run(file(1), grpc.endpoint(), http11)).isNotZero();
      assertThat(err.toString()).contains("the answer is no HTTP/1.1: is this a port for gRPC?");
      assertThat(run(file(1), http.endpoint(), "--max-retries=0")).isNotZero();
      assertThat(err.toString()).contains("the answer is no HTTP/2: is this a port for HTTP?");
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
      assertThat(code).as(err.toString()).isZero();
      String type = protocol.equals("http/json") ? "application/json" : "application/x-protobuf";
      assertThat(received)
          .hasSize(3)
          .allMatch(r -> r.equals("a " + compressionName(compression) + " " + type));
      assertThat(sink.bodies).containsExactlyInAnyOrderElementsOf(sink.expected(protocol, 3));
    }
  }

  @Test
  void http_refusedHungUpAndThenAccepted_isSentAgain() throws Exception {
    try (HttpSink sink = new HttpSink()) {
      sink.codes.addAll(List.of(429, -1, 503, 502));
      assertThat(run(file(1), sink.endpoint(), "--protocol", "http/json"))
          .as(err.toString())
          .isZero();
      assertThat(out.toString())
          .containsPattern("refused +6 ")
          .containsPattern("unanswered +2 ")
          .containsPattern("retried +8 ")
          .containsPattern("lost +0 ");
      assertThat(err.toString()).contains("HTTP 429: busy");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413, 404, 500})
  void http_otherRefusals_areLosses(int code) throws Exception {
    try (HttpSink sink = new HttpSink()) {
      sink.codes.add(code);
      assertThat(run(file(1), sink.endpoint(), "--protocol", "http/protobuf")).isEqualTo(1);
      assertThat(err.toString()).contains("2 spans lost: HTTP " + code + ": busy");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http/protobuf", "http/json"})
  void http_partialSuccess_exits1(String protocol) throws Exception {
    try (HttpSink sink = new HttpSink()) {
      sink.rejected = 1;
      assertThat(run(file(1), sink.endpoint(), "--protocol", protocol)).isEqualTo(1);
      assertThat(out.toString()).containsPattern("rejected +1 ");
      assertThat(err.toString()).contains("1 span rejected: bad");
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
          .as(err.toString())
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
    assertThat(err.toString()).contains(expected);
  }

  @Test
  void wrongEndpointOrFile_exit2() throws Exception {
    assertThat(run(file(1), "localhost")).isEqualTo(2);
    assertThat(err.toString()).contains("\"localhost\" (expected: HOST:PORT");
    assertThat(run(directory.resolve("absent"), "127.0.0.1:1")).isEqualTo(2);
    assertThat(err.toString()).contains("absent: cannot be read: no such file");
    assertThat(run(directory, "127.0.0.1:1")).isEqualTo(2);
    assertThat(err.toString()).contains(directory + ": cannot be read: is a directory");
  }

  @Test
  void help_tellsTheExitCodes() {
    String help = new CommandLine(new ReplayCommand()).getUsageMessage();
    assertThat(help)
        .containsSubsequence(
            "Exit codes", "0     every span", "1     spans", "2     wrong", "69    no endpoint");
  }

  private Path file(int lines) throws IOException {
    String[] text = new String[lines];
    for (int i = 0; i < lines; i++) {
      text[i] = TraceLines.line(2, DAY + i);
    }
    return TraceLines.plain(directory, text);
  }

  private int run(Path file, String endpoint, String... more) {
    CommandLine command = new CommandLine(new ReplayCommand());
    command.setCaseInsensitiveEnumValuesAllowed(true);
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    command.setExecutionExceptionHandler(
        (e, c, words) -> {
          if (e instanceof CommandFailedException failure) {
            c.getErr().println(failure.getMessage());
            return failure.exitCode();
          }
          throw e;
        });
    List<String> words = new ArrayList<>(List.of(file.toString(), "--endpoint", endpoint));
    words.addAll(List.of("--quiet", "--retry-delay", "2ms"));
    words.addAll(List.of(more));
    return command.execute(words.toArray(String[]::new));
  }

  private static String closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }

  /** Takes requests over gRPC, after the refusals given. */
  private final class GrpcSink extends TraceServiceGrpc.TraceServiceImplBase
      implements ServerInterceptor, AutoCloseable {
    private final List<Status> refusals = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger spans = new AtomicInteger();
    private volatile int rejected;
    private final Server server;

    GrpcSink() throws IOException {
      DecompressorRegistry encodings = DecompressorRegistry.getDefaultInstance();
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
              .addService(this)
              .intercept(this)
              .decompressorRegistry(encodings.with(new ZstdCodec(), true))
              .directExecutor()
              .build()
              .start();
    }

    String endpoint() {
      return "127.0.0.1:" + server.getPort();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      received.add(header(headers, "x-scope-orgid") + " " + header(headers, "grpc-encoding"));
      return next.startCall(call, headers);
    }

    private static String header(Metadata headers, String name) {
      return String.valueOf(headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
    }

    @Override
    public void export(
        ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> answer) {
      if (!refusals.isEmpty()) {
        answer.onError(refusal(refusals.remove(0)));
        return;
      }
      request.getResourceSpansList().stream()
          .flatMap(r -> r.getScopeSpansList().stream())
          .forEach(s -> spans.addAndGet(s.getSpansCount()));
      try {
        answer.onNext(
            ExportTraceServiceResponse.parseFrom(new ExportResponse(rejected, "").toProtobuf()));
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
      answer.onCompleted();
    }

    private static StatusRuntimeException refusal(Status status) {
      Metadata trailers = new Metadata();
      trailers.put(
          Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
          new RpcStatus(status.getCode().value(), "", Duration.ofMillis(1)).toProtobuf());
      return status.asRuntimeException(trailers);
    }

    @Override
    public void close() {
      server.shutdownNow();
    }
  }

  private static final class ZstdCodec implements io.grpc.Decompressor {
    @Override
    public String getMessageEncoding() {
      return "zstd";
    }

    @Override
    public java.io.InputStream decompress(java.io.InputStream in) throws IOException {
      return new com.github.luben.zstd.ZstdInputStream(in);
    }
  }

  /** Takes requests over HTTP, after the refusals given; code -1 hangs up. */
  private final class HttpSink implements AutoCloseable {
    private final List<Integer> codes = Collections.synchronizedList(new ArrayList<>());
    private final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
    private volatile int rejected;
    private final HttpServer server;

    HttpSink() throws IOException {
      server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
      server.createContext("/v1/traces", this::handle);
      server.start();
    }

    String endpoint() {
      return "127.0.0.1:" + server.getAddress().getPort();
    }

    List<String> expected(String protocol, int lines) throws Exception {
      List<String> expected = new ArrayList<>();
      try (TraceFile file = new TraceFile(file(lines))) {
        for (int i = 0; i < lines; i++) {
          RecordedLine line = file.next().orElseThrow();
          expected.add(text(protocol.equals("http/json") ? line.json() : line.protobuf()));
        }
      }
      return expected;
    }

    private static String text(byte[] body) {
      return new String(body, UTF_8);
    }

    private void handle(HttpExchange exchange) throws IOException {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String encoding = exchange.getRequestHeaders().getFirst("Content-Encoding");
      String type = exchange.getRequestHeaders().getFirst("Content-Type");
      if (!codes.isEmpty()) {
        refuse(exchange, codes.remove(0), type.equals("application/json"));
        return;
      }
      received.add(
          exchange.getRequestHeaders().getFirst("X-Scope-OrgID") + " " + encoding + " " + type);
      bodies.add(text(plain(body, encoding)));
      ExportResponse response = new ExportResponse(rejected, rejected > 0 ? "bad" : "");
      answer(
          exchange,
          200,
          type,
          type.equals("application/json") ? response.toJson() : response.toProtobuf());
    }

    private static void refuse(HttpExchange exchange, int code, boolean json) throws IOException {
      if (code < 0) {
        exchange.close();
        return;
      }
      exchange.getResponseHeaders().set("Retry-After", "0");
      RpcStatus status = new RpcStatus(14, "busy", null);
      answer(
          exchange,
          code,
          json ? "application/json" : "application/x-protobuf",
          json ? status.toJson() : status.toProtobuf());
    }

    private static void answer(HttpExchange exchange, int code, String type, byte[] body)
        throws IOException {
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    }

    private static byte[] plain(byte[] body, String encoding) {
      try (Decompressor decompressor = new Decompressor()) {
        ByteOutput output = new ByteOutput(0);
        Compression compression = Objects.requireNonNull(Compression.of(encoding));
        Decompressed.Ok ok =
            (Decompressed.Ok)
                decompressor.decompress(compression, body, 0, body.length, output, 1 << 20);
        return output.copy(ok.length());
      }
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
