package io.ringtail.cli.send;

import io.ringtail.cli.send.Answer.Accepted;
import io.ringtail.cli.send.Answer.NoAnswer;
import io.ringtail.cli.send.Answer.Refused;
import io.ringtail.compress.Compression;
import io.ringtail.compress.Compressor;
import io.ringtail.config.HostPort;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.json.ExportResponse;
import io.ringtail.otlp.json.MalformedJsonException;
import io.ringtail.otlp.json.RpcStatus;
import io.ringtail.refusal.RetryAfter;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * OTLP over HTTP/1.1, where each request in flight has a connection of its own. Codes that may be
 * retried are those of the OTLP specification 1.11.0, "OTLP/HTTP Response".
 */
final class HttpSender implements Sender {
  private static final int LONGEST_REASON = 300;

  /** What the JDK says of an answer that does not begin as one of HTTP/1.1, such as HTTP/2. */
  private static final String NOT_HTTP = "parsing HTTP/1.1 status line";

  private final HttpClient client;
  private final Transport transport;
  private final HttpRequest prototype;
  private final Compressor compressor = new Compressor();

  HttpSender(InetSocketAddress endpoint, Transport newTransport) {
    transport = newTransport;
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(transport.timeout())
            .build();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + HostPort.print(endpoint) + "/v1/traces"))
            .timeout(transport.timeout())
            .header("User-Agent", Transport.USER_AGENT)
            .header("Content-Type", isJson() ? "application/json" : "application/x-protobuf");
    if (transport.compression() != Compression.NONE) {
      request.header("Content-Encoding", transport.compression().wireName());
    }
    transport.headers().forEach(request::setHeader);
    prototype = request.build();
  }

  private boolean isJson() {
    return transport.protocol() == Transport.Protocol.HTTP_JSON;
  }

  @Override
  public byte[] encode(byte[] message) {
    return transport.compression() == Compression.NONE
        ? message
        : compressor.compress(transport.compression(), message);
  }

  @Override
  public void send(byte[] body, Consumer<Answer> whenAnswered) {
    HttpRequest request =
        HttpRequest.newBuilder(prototype, (name, value) -> true)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    CompletableFuture<Void> answered =
        client
            .sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
            .handle((response, failure) -> failure == null ? answer(response) : noAnswer(failure))
            .thenAccept(whenAnswered);
    answered.exceptionally(HttpSender::bug);
  }

  /** What {@code whenAnswered} threw would be lost in the future. */
  private static Void bug(Throwable t) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, t);
    throw new AssertionError(t);
  }

  private static Answer answer(HttpResponse<byte[]> response) {
    String type = response.headers().firstValue("content-type").orElse("");
    boolean json = type.startsWith("application/json");
    int code = response.statusCode();
    if (code >= 200 && code < 300) {
      return accepted(response.body(), json);
    }
    String reason = "HTTP " + code + ": " + statusMessage(response.body(), json);
    boolean retryable = code == 429 || code == 502 || code == 503 || code == 504;
    Optional<String> after = response.headers().firstValue("retry-after");
    return new Refused(
        reason,
        retryable,
        after.flatMap(text -> RetryAfter.parse(text, Instant.now())).orElse(null));
  }

  private static Answer accepted(byte[] body, boolean json) {
    try {
      ExportResponse read =
          json && body.length > 0 ? ExportResponse.ofJson(body) : ExportResponse.ofProtobuf(body);
      return new Accepted(read.rejectedSpans(), read.message());
    } catch (MalformedWireException | MalformedJsonException e) {
      return new Refused("unreadable response: " + e.getMessage(), false, null);
    }
  }

  private static String statusMessage(byte[] body, boolean json) {
    try {
      RpcStatus status = json ? RpcStatus.ofJson(body) : RpcStatus.ofProtobuf(body);
      return status.shortened(LONGEST_REASON).message();
    } catch (MalformedWireException | MalformedJsonException e) {
      return "no readable google.rpc.Status in the body";
    }
  }

  private static Answer noAnswer(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    boolean connected =
        !(cause instanceof ConnectException
            || cause instanceof HttpConnectTimeoutException
            || isNotHttp(cause));
    return new NoAnswer(reason(cause), connected);
  }

  private static boolean isNotHttp(Throwable cause) {
    return String.valueOf(cause.getMessage()).contains(NOT_HTTP);
  }

  private static String reason(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (isNotHttp(cause)) {
      return "the answer is no HTTP/1.1: is this a port for gRPC?"
          + " (routers have 4318 for HTTP by default)";
    }
    String kind = cause.getClass().getSimpleName();
    return cause.getMessage() == null ? kind : kind + ": " + message;
  }

  @Override
  public void close() {
    compressor.close();
  }
}
