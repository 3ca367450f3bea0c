package io.ringtail.sampler.export.send;

import io.ringtail.compress.ByteOutput;
import io.ringtail.compress.Compression;
import io.ringtail.compress.Compressor;
import io.ringtail.threads.DaemonThreads;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** OTLP/HTTP with protobuf bodies, over HTTP/1.1 connections that are kept. */
public final class HttpTransport implements Transport {
  private final OtlpEndpoint endpoint;
  private final LiveHeaders headers;
  private final InstantSource clock;
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(new DaemonThreads("ringtail-export-http"));
  private final HttpClient client;
  private final Map<Long, CompletableFuture<?>> inFlight = new ConcurrentHashMap<>();
  private final Compressor compressor = new Compressor();
  private final ByteOutput compressed = new ByteOutput(0);
  private long nextCall;

  /**
   * @param clock wall clock, for dates in {@code Retry-After}
   * @throws java.io.UncheckedIOException if a header's file cannot be read
   */
  public HttpTransport(OtlpEndpoint endpoint, InstantSource clock) {
    this.endpoint = endpoint;
    this.headers = LiveHeaders.of(endpoint);
    this.clock = clock;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(endpoint.timeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(executor)
            .build();
  }

  @Override
  public void send(Payload payload, boolean afterFailure, Consumer<SendResult> onResult) {
    CompletableFuture<HttpResponse<byte[]>> call =
        client.sendAsync(request(payload), response -> new LimitedBody());
    long number = nextCall++;
    inFlight.put(number, call);
    CompletableFuture<?> cutOff = cutOff(call);
    var unused =
        call.whenComplete(
            (response, failure) -> {
              inFlight.remove(number);
              cutOff.cancel(false);
              onResult.accept(response == null ? failed(failure) : answered(response));
            });
  }

  /**
   * The request's own timeout ends with the headers; a body that never comes is cut off by this. To
   * be cancelled when the call is over, or it holds the request's bytes until then.
   */
  private CompletableFuture<?> cutOff(CompletableFuture<?> call) {
    CompletableFuture<@Nullable Void> timer =
        new CompletableFuture<@Nullable Void>()
            .completeOnTimeout(null, endpoint.timeout().toNanos(), TimeUnit.NANOSECONDS);
    var unused = timer.thenRun(() -> call.cancel(true));
    return timer;
  }

  private HttpRequest request(Payload payload) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint.tracesUri())
            .timeout(endpoint.timeout())
            .header("Content-Type", "application/x-protobuf")
            .header("User-Agent", RequestHeaders.USER_AGENT);
    RequestHeaders.of(headers.now(), payload.context()).forEach(request::setHeader);
    if (!endpoint.gzip()) {
      return request
          .POST(HttpRequest.BodyPublishers.ofByteArray(payload.array(), 0, payload.length()))
          .build();
    }
    int length =
        compressor.compress(Compression.GZIP, payload.array(), 0, payload.length(), compressed);
    return request
        .header("Content-Encoding", "gzip")
        .POST(HttpRequest.BodyPublishers.ofByteArray(compressed.copy(length)))
        .build();
  }

  private SendResult answered(HttpResponse<byte[]> response) {
    String retryAfter = response.headers().firstValue("Retry-After").orElse("");
    return HttpAnswer.of(response.statusCode(), response.body(), retryAfter, clock.instant());
  }

  /** No answer, or no connection: always sent again. */
  private SendResult failed(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String why =
        cause instanceof CancellationException
            ? "no answer within " + endpoint.timeout().toMillis() + " ms"
            : String.valueOf(cause);
    return new SendResult.Retryable(why, Duration.ZERO);
  }

  @Override
  public String name() {
    return endpoint.shown();
  }

  @Override
  public void close() {
    inFlight.values().forEach(call -> call.cancel(true));
    executor.shutdown();
    compressor.close();
  }
}
