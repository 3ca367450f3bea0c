package io.ringtail.cli.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ringtail.compress.ByteOutput;
import io.ringtail.compress.Compression;
import io.ringtail.compress.Decompressed;
import io.ringtail.compress.Decompressor;
import io.ringtail.otlp.json.ExportResponse;
import io.ringtail.otlp.json.RpcStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** Takes requests over HTTP, after the refusals given; code -1 hangs up. */
final class HttpSink implements AutoCloseable {
  /** Headers that tests ask for, of each request. */
  final List<String> received = Collections.synchronizedList(new ArrayList<>());

  final List<Integer> codes = Collections.synchronizedList(new ArrayList<>());
  final List<String> bodies = Collections.synchronizedList(new ArrayList<>());
  volatile int rejected;
  private final HttpServer server;

  HttpSink() throws IOException {
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/v1/traces", this::handle);
    server.start();
  }

  String endpoint() {
    return "127.0.0.1:" + server.getAddress().getPort();
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
