package io.ringtail.sampler.export.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.ringtail.link.Header;
import java.io.OutputStream;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTransportTest {
  @Test
  void answeredRequest_itsBytesAreNotHeldUntilTheTimeout() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    HttpTransport transport =
        new HttpTransport(
            new OtlpEndpoint(
                uri, OtlpEndpoint.Protocol.HTTP, false, Map.of(), Duration.ofMinutes(5)),
            InstantSource.system());
    BlockingQueue<SendResult> results = new LinkedBlockingQueue<>();
    try {
      List<WeakReference<byte[]>> sent = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        sent.add(send(transport, results));
      }
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () -> {
                System.gc();
                long held = sent.stream().filter(bytes -> bytes.get() != null).count();
                assertThat(held).as("requests held, the client's last one aside").isLessThan(5);
              });
    } finally {
      transport.close();
      server.stop(0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 400, 503})
  void answer_overFourMebibytes_isReadThatFarAndCountsByItsStatus(int status) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(status, 0);
          try (OutputStream body = exchange.getResponseBody()) {
            byte[] piece = new byte[1 << 16];
            while (true) { // until the client hangs up
              body.write(piece);
            }
          } finally {
            exchange.close();
          }
        });
    server.start();
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    HttpTransport transport =
        new HttpTransport(
            new OtlpEndpoint(
                uri, OtlpEndpoint.Protocol.HTTP, false, Map.of(), Duration.ofMinutes(5)),
            InstantSource.system());
    BlockingQueue<SendResult> results = new LinkedBlockingQueue<>();
    int[] one = {1};
    try {
      transport.send(
          new Payload(new byte[9], 9, 1, one, one, 1, Header.EMPTY), false, results::add);
      SendResult result = results.poll(60, TimeUnit.SECONDS);
      assertThat(result)
          .isInstanceOf(
              switch (status) {
                case 200 -> SendResult.Accepted.class;
                case 400 -> SendResult.Rejected.class;
                default -> SendResult.Retryable.class;
              });
    } finally {
      transport.close();
      server.stop(0);
    }
  }

  private static WeakReference<byte[]> send(
      HttpTransport transport, BlockingQueue<SendResult> results) throws InterruptedException {
    byte[] bytes = new byte[10_000];
    int[] one = {1};
    transport.send(
        new Payload(bytes, bytes.length, 1, one, one, 1, Header.EMPTY), false, results::add);
    assertThat(results.poll(60, TimeUnit.SECONDS)).isInstanceOf(SendResult.Accepted.class);
    return new WeakReference<>(bytes);
  }
}
