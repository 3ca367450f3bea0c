package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The life of HTTP connections, over raw sockets. */
final class HttpConnectionTest extends OverRawHttp {
  @Test
  void chunkedBody_inSmallPieces_isPutTogether() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    byte[] body = ReceiveFixture.request(50, 3);
    StringBuilder sent = new StringBuilder(chunkedHead());
    for (byte b : body) {
      sent.append("1\r\n").append((char) (b & 0xff)).append("\r\n");
    }
    sent.append("0\r\n\r\n");
    RawHttp client = client(router);
    client.send("", sent.toString().getBytes(StandardCharsets.ISO_8859_1));
    assertThat(client.read().status()).isEqualTo(200);
    assertThat(router.ingress.requests.get(0).body()).isEqualTo(body);
  }

  @Test
  void expectContinue_isAnsweredBeforeTheBody() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp client = client(router);
    client.send(RawHttp.head("POST /v1/traces", PROTOBUF, 3, "Expect: 100-continue"));
    assertThat(client.read().status()).isEqualTo(100);
    client.send("", new byte[3]);
    assertThat(client.read().status()).isEqualTo(200);
  }

  @Test
  void expectContinue_refused_noBodyIsAskedFor() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.ready = false;
    RawHttp client = client(router);
    client.send(RawHttp.head("POST /v1/traces", PROTOBUF, 3, "Expect: 100-continue"));
    assertThat(client.read().status()).isEqualTo(503);
    assertThat(client.closed()).isTrue();
  }

  @Test
  void pipelinedRequests_answeredOutOfOrder_arriveInOrder() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.answers = false;
    RawHttp client = client(router);
    String one = RawHttp.head("POST /v1/traces", PROTOBUF, 0);
    client.send(one + chunkedHead() + "1\r\nx\r\n".repeat(5_000) + "0\r\n\r\n" + one);
    await().until(() -> router.ingress.requests.size() == 1);
    router.ingress.requests.get(0).responder().accepted(1, "first");
    await().until(() -> router.ingress.requests.size() == 2);
    assertThat(router.ingress.requests.get(1).body()).hasSize(5_000);
    router.ingress.requests.get(1).responder().accepted(2, "second");
    await().until(() -> router.ingress.requests.size() == 3);
    router.ingress.requests.get(2).responder().accepted(3, "third");
    for (int i = 1; i <= 3; i++) {
      byte[] body = client.read().body();
      assertThat(ExportTraceServiceResponse.parseFrom(body).getPartialSuccess().getRejectedSpans())
          .isEqualTo(i);
    }
  }

  /** In one read are thousands of requests, of which Netty's own codec takes 128. */
  @Test
  void pipelinedRequests_byTheThousand_areAllAnswered() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    int requests = 2_000;
    RawHttp client = client(router);
    client.send(RawHttp.head("POST /v1/traces", PROTOBUF, 0).repeat(requests));
    for (int i = 0; i < requests; i++) {
      assertThat(client.read().status()).as("request %d", i).isEqualTo(200);
    }
    client.send("X /1 HTTP/1.1\r\n\r\n".repeat(requests));
    for (int i = 0; i < requests; i++) {
      assertThat(client.read().status()).as("refused %d", i).isEqualTo(404);
    }
    assertThat(client.post(new byte[0]).status()).isEqualTo(200);
    assertThat(router.ingress.requests).hasSize(requests + 1);
  }

  @Test
  void head_isAnsweredWithoutABody() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp client = client(router);
    client.send("HEAD /v1/traces HTTP/1.1\r\nContent-Type: " + PROTOBUF + "\r\n\r\n");
    RawHttp.Response response = client.readHead();
    assertThat(response.status()).isEqualTo(405);
    assertThat(response.header("content-length")).isNotEqualTo("0");
    assertThat(client.post(new byte[0]).status()).isEqualTo(200);
  }

  /** Two lengths: who stands before the router may have read another request than it does. */
  @Test
  void requestWithTwoLengths_isRefusedAndTheLastOfItsConnection() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp client = client(router);
    String chunked =
        RawHttp.head("POST /v1/traces", PROTOBUF, 3, "Transfer-Encoding: chunked") + "0\r\n\r\n";
    client.send(chunked + RawHttp.head("POST /v1/traces", PROTOBUF, 0));
    RawHttp.Response response = client.read();
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.header("connection")).isEqualTo("close");
    assertThat(client.closed()).isTrue();
    assertThat(router.ingress.requests).isEmpty();
  }

  /** The clock of a request runs from its first byte, also if that came before its turn. */
  @Test
  void slowHead_thatBeganBehindAnotherRequest_isClosedAfterTheTimeout() throws Exception {
    ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
    settings.requestTimeout = Duration.ofMillis(200);
    settings.idleTimeout = Duration.ofHours(1);
    ReceiveFixture router = fixture(settings);
    RawHttp client = client(router);
    client.send(RawHttp.head("POST /v1/traces", PROTOBUF, 0) + "POST /v1/tra");
    assertThat(client.read().status()).isEqualTo(200);
    assertThat(client.closed()).isTrue();
  }

  @Test
  void oldClient_withoutKeepAlive_isClosedAfterTheAnswer() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp client = client(router);
    assertThat(client.post(new byte[0], "Connection: close").status()).isEqualTo(200);
    assertThat(client.closed()).isTrue();
  }

  @Test
  void notReady_isRefusedAndConnectionLives() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.ready = false;
    RawHttp client = client(router);
    RawHttp.Response response = client.post(new byte[100_000]);
    assertThat(response.status()).isEqualTo(503);
    assertThat(Integer.parseInt(String.valueOf(response.header("retry-after")))).isBetween(1, 2);
    router.ingress.ready = true;
    assertThat(client.post(new byte[100_000]).status()).isEqualTo(200);
    assertThat(router.refused("http", "not_ready")).isEqualTo(1);
  }

  @Test
  void budgetSpent_bytesOfAnUnfinishedBodyCount() throws Exception {
    ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
    settings.maxBytesInFlight = 1024 * 1024;
    ReceiveFixture router = fixture(settings);
    RawHttp slow = client(router);
    slow.send(RawHttp.head("POST /v1/traces", PROTOBUF, 900_000), new byte[800_000]);
    await().until(() -> router.receivers.bytesInFlight() == 800_000);
    RawHttp.Response other = client(router).post(new byte[400_000]);
    assertThat(other.status()).isEqualTo(503);
    slow.send("", new byte[100_000]);
    assertThat(slow.read().status()).isEqualTo(200);
    assertThat(router.receivers.bytesInFlight()).isZero();
  }

  @Test
  void clientGone_halfWay_isCountedAndFreed() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp client = client(router);
    client.send(RawHttp.head("POST /v1/traces", PROTOBUF, 900_000), new byte[300_000]);
    await().until(() -> router.receivers.bytesInFlight() == 300_000);
    client.reset();
    await().until(() -> router.refused("http", "abandoned") == 1);
    assertThat(router.receivers.bytesInFlight()).isZero();
  }

  @Test
  void slowBody_isEndedAfterTheTimeoutAndRetryable() throws Exception {
    ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
    settings.requestTimeout = Duration.ofMillis(50);
    ReceiveFixture router = fixture(settings);
    RawHttp client = client(router);
    client.send(RawHttp.head("POST /v1/traces", PROTOBUF, 100), new byte[10]);
    RawHttp.Response response = client.read();
    assertThat(response.status()).isEqualTo(504);
    assertThat(response.header("retry-after")).isNotNull();
    assertThat(client.closed()).isTrue();
  }

  @Test
  void slowHead_isClosedAfterTheTimeout() throws Exception {
    ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
    settings.requestTimeout = Duration.ofMillis(50);
    ReceiveFixture router = fixture(settings);
    RawHttp client = client(router).send("POST /v1/tra");
    assertThat(client.closed()).isTrue();
  }

  @Test
  void idleConnection_isClosedAfterTheIdleTimeout() throws Exception {
    ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
    settings.requestTimeout = Duration.ofMillis(40);
    settings.idleTimeout = Duration.ofMillis(80);
    ReceiveFixture router = fixture(settings);
    assertThat(answered(router).closed()).isTrue();
  }

  /** A connection with an answer; one on which this machine stood still before may be closed. */
  private RawHttp answered(ReceiveFixture router) throws IOException {
    for (int tries = 1; ; tries++) {
      RawHttp client = client(router);
      try {
        assertThat(client.post(new byte[0]).status()).isEqualTo(200);
        return client;
      } catch (IOException e) {
        if (tries == 20) {
          throw e;
        }
      }
    }
  }

  @Test
  void oldConnection_isToldToGo() throws Exception {
    ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
    settings.maxConnectionAge = Duration.ofNanos(1);
    ReceiveFixture router = fixture(settings);
    RawHttp client = client(router);
    assertThat(client.post(new byte[0]).header("connection")).isEqualTo("close");
    assertThat(client.closed()).isTrue();
  }

  @Test
  void sendAway_answersClose_alsoOnNewConnections_untilTakenBack() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    RawHttp before = client(router);
    assertThat(before.post(new byte[0]).header("connection")).isNull();
    router.receivers.sendAway(true);
    assertGoes(before);
    assertGoes(client(router));
    RawHttp idle = client(router);
    router.receivers.sendAway(false);
    assertThat(idle.post(new byte[0]).header("connection")).isNull();
    assertThat(idle.post(new byte[0]).status()).isEqualTo(200);
  }

  private static void assertGoes(RawHttp client) throws IOException {
    RawHttp.Response last = client.post(new byte[0]);
    assertThat(last.status()).isEqualTo(200);
    assertThat(last.header("connection")).isEqualTo("close");
    assertThat(client.closed()).isTrue();
  }

  @Test
  void drain_requestInFlight_isAnsweredAndClosed() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.answers = false;
    RawHttp idle = client(router);
    RawHttp client = client(router);
    client.send(RawHttp.head("POST /v1/traces", PROTOBUF, 1), new byte[1]);
    await().until(() -> router.ingress.requests.size() == 1);
    drain(
        router,
        () -> {
          assertThat(idle.closed()).isTrue();
          router.ingress.requests.get(0).responder().accepted(0, "");
          assertThat(client.read().status()).isEqualTo(200);
          assertThat(client.closed()).isTrue();
        });
    assertThatThrownBy(() -> client(router)).isInstanceOf(IOException.class);
  }

  @Test
  void portInUse_isOneClearLine() throws Exception {
    assertInUse("router.receive.http", (settings, address) -> settings.http = address);
  }

  @Test
  void connectionOverLimit_isClosed() throws Exception {
    ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
    settings.maxConnections = 1;
    ReceiveFixture router = fixture(settings);
    RawHttp first = client(router);
    assertThat(first.post(new byte[0]).status()).isEqualTo(200);
    assertThatThrownBy(() -> client(router).post(new byte[0])).isInstanceOf(IOException.class);
    first.close();
    await().until(() -> answers(router));
  }

  private boolean answers(ReceiveFixture router) {
    try (RawHttp client = new RawHttp(router.receivers.httpPort())) {
      return client.post(new byte[0]).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }
}
