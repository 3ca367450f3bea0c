package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.ringtail.compress.Compression;
import io.ringtail.link.RequestContext;
import io.ringtail.refusal.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gRPC half of the OTLP rules, with a client that sends bytes. */
final class GrpcReceiverTest extends WithReceivers {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 200, 5_000})
  void body_anySize_reachesIngressUnchanged(int spans) throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    byte[] body = ReceiveFixture.request(spans, spans);
    GrpcClient.Answer answer = client(router).send(body);
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.OK);
    assertThat(answer.response().hasPartialSuccess()).isFalse();
    assertThat(router.ingress.requests).hasSize(1);
    assertThat(router.ingress.requests.get(0).body()).isEqualTo(body);
  }

  @Test
  void message_ofNoBytes_isSuccess() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    GrpcClient.Answer answer = client(router).send(new byte[0]);
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.OK);
    assertThat(answer.response().hasPartialSuccess()).isFalse();
    assertThat(router.ingress.requests.get(0).body()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void compressedBody_anyEncoding_reachesIngressPlain(Compression compression) throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    byte[] body = ReceiveFixture.request(3_000, 7);
    GrpcClient.Answer answer = client(router).with(compression).send(body);
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.OK);
    assertThat(router.ingress.requests.get(0).body()).isEqualTo(body);
  }

  @Test
  void partialSuccess_rejectedSpans_isToldWithOk() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.rejectedSpans = 3;
    router.ingress.message = "3 spans have a zero trace_id";
    GrpcClient.Answer answer = client(router).send(ReceiveFixture.request(5, 1));
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.OK);
    assertThat(answer.response().getPartialSuccess().getRejectedSpans()).isEqualTo(3);
    assertThat(answer.response().getPartialSuccess().getErrorMessage())
        .isEqualTo("3 spans have a zero trace_id");
  }

  @Test
  void warning_noSpanRejected_isToldWithOk() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.message = "a warning";
    GrpcClient.Answer answer = client(router).send(ReceiveFixture.request(5, 1));
    assertThat(answer.response().getPartialSuccess().getRejectedSpans()).isZero();
    assertThat(answer.response().getPartialSuccess().getErrorMessage()).isEqualTo("a warning");
  }

  @Test
  void overload_isUnavailableWithRetryInfo() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.refuseNext(new Refusal.Busy("full", Duration.ofMillis(1250)));
    GrpcClient.Answer answer = client(router).send(ReceiveFixture.request(5, 1));
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(answer.status().getDescription()).isEqualTo("full");
    RetryInfo retry = answer.detail(RetryInfo.class);
    assertThat(retry.getRetryDelay().getSeconds()).isEqualTo(1);
    assertThat(retry.getRetryDelay().getNanos()).isEqualTo(250_000_000);
  }

  @Test
  void badData_isInvalidArgumentWithBadRequest() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.refuseNext(new Refusal.Malformed("truncated at byte 3"));
    GrpcClient.Answer answer = client(router).send(new byte[] {10, 5, 1});
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(answer.detail(BadRequest.class).getFieldViolations(0).getDescription())
        .isEqualTo("truncated at byte 3");
  }

  @Test
  void longMessage_isShortened() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.refuseNext(new Refusal.Malformed("ö".repeat(100_000)));
    GrpcClient.Answer answer = client(router).send(new byte[] {10, 5, 1});
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(answer.status().getDescription()).startsWith("öö").endsWith("...").hasSize(501);
  }

  @ParameterizedTest
  @ValueSource(ints = {1024 * 1024 + 1, 30 * 1024 * 1024})
  void bodyOverLimit_isResourceExhaustedWithoutRetryInfo(int bytes) throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    GrpcClient.Answer answer = client(router).send(new byte[bytes]);
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(answer.details()).isEmpty();
    assertThat(router.ingress.requests).isEmpty();
    assertThat(router.refused("grpc", "too_large")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      names = {"GZIP", "ZSTD"})
  void bomb_overLimitAfterDecompression_isResourceExhausted(Compression compression)
      throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    GrpcClient.Answer answer = client(router).with(compression).send(new byte[200 * 1024 * 1024]);
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(answer.details()).isEmpty();
    assertThat(router.ingress.requests).isEmpty();
  }

  @Test
  void brokenGzip_isInvalidArgument() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    GrpcClient.Answer answer = client(router).sendAs("gzip", new byte[] {1, 2, 3});
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(answer.status().getDescription()).contains("gzip");
  }

  @Test
  void unknownEncoding_isUnimplemented() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    GrpcClient.Answer answer = client(router).sendAs("snappy", new byte[] {1, 2, 3});
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(answer.status().getDescription()).contains("snappy");
  }

  @Test
  void unknownMethod_isUnimplemented() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    GrpcClient client = client(router);
    client.method = "opentelemetry.proto.collector.logs.v1.LogsService/Export";
    assertThat(client.send(new byte[0]).status().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void wrongNumberOfMessages_isUnimplementedAndNothingTaken(int messages) throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    GrpcClient client = client(router);
    client.messages = messages;
    GrpcClient.Answer answer = client.send(ReceiveFixture.request(5, 1));
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(answer.status().getDescription()).contains("unary");
    assertThat(router.ingress.requests).isEmpty();
  }

  @Test
  void notReady_isRefusedBeforeTheBodyComes() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.ready = false;
    GrpcClient.Answer answer = client(router).send(ReceiveFixture.request(5_000, 1));
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    RetryInfo retry = answer.detail(RetryInfo.class);
    long millis =
        retry.getRetryDelay().getSeconds() * 1000 + retry.getRetryDelay().getNanos() / 1_000_000;
    assertThat(millis).isBetween(500L, 2000L);
    assertThat(router.ingress.requests).isEmpty();
    assertThat(router.refused("grpc", "not_ready")).isEqualTo(1);
  }

  @Test
  void budgetSpent_isRefusedAndFreedByTheAnswer() throws Exception {
    ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
    settings.maxBytesInFlight = 1024 * 1024;
    ReceiveFixture router = fixture(settings);
    router.ingress.answers = false;
    GrpcClient client = client(router);
    byte[] body = new byte[700 * 1024];
    GrpcClient.PendingAnswer first = client.start(body);
    await().until(() -> router.ingress.requests.size() == 1);
    assertThat(router.receivers.bytesInFlight()).isEqualTo(body.length);
    GrpcClient.Answer second = client.send(body);
    assertThat(second.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(second.detail(RetryInfo.class).hasRetryDelay()).isTrue();
    assertThat(router.receivers.bytesInFlight()).isEqualTo(body.length);
    router.ingress.requests.get(0).responder().accepted(0, "");
    assertThat(first.await().status().getCode()).isEqualTo(Status.Code.OK);
    assertThat(router.receivers.bytesInFlight()).isZero();
  }

  @Test
  void decompressedBody_overBudget_isRefused() throws Exception {
    ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
    settings.maxBytesInFlight = 1024 * 1024;
    ReceiveFixture router = fixture(settings);
    router.ingress.answers = false;
    GrpcClient client = client(router).with(Compression.GZIP);
    client.start(new byte[700 * 1024]);
    await().until(() -> router.ingress.requests.size() == 1);
    GrpcClient.Answer second = client.send(new byte[700 * 1024]);
    assertThat(second.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void slowRequest_isEndedAfterTheTimeoutAndRetryable() throws Exception {
    ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
    settings.requestTimeout = Duration.ofMillis(50);
    ReceiveFixture router = fixture(settings);
    GrpcClient client = client(router);
    client.halfCloses = false;
    GrpcClient.Answer answer = client.send(new byte[1000]);
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(answer.detail(RetryInfo.class).hasRetryDelay()).isTrue();
    assertThat(router.ingress.requests).isEmpty();
  }

  @Test
  void interleavedCalls_onOneLoop_keepTheirBodies() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    GrpcClient late = client(router);
    late.halfCloses = false;
    byte[] first = ReceiveFixture.request(100, 1);
    byte[] second = ReceiveFixture.request(300, 2);
    GrpcClient.PendingAnswer pending = late.start(first);
    GrpcClient other = new GrpcClient(late.channel);
    await().until(() -> router.receivers.bytesInFlight() == first.length);
    assertThat(other.send(second).status().getCode()).isEqualTo(Status.Code.OK);
    pending.call.halfClose();
    assertThat(pending.await().status().getCode()).isEqualTo(Status.Code.OK);
    assertThat(router.ingress.requests.get(0).body()).isEqualTo(second);
    assertThat(router.ingress.requests.get(1).body()).isEqualTo(first);
  }

  @Test
  void clientGone_beforeHalfClose_isCountedAndFreed() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    GrpcClient client = client(router);
    client.halfCloses = false;
    GrpcClient.PendingAnswer pending = client.start(new byte[5000]);
    await().until(() -> router.receivers.bytesInFlight() == 5000);
    pending.call.cancel("gone", null);
    await().until(() -> router.refused("grpc", "abandoned") == 1);
    assertThat(router.receivers.bytesInFlight()).isZero();
  }

  @Test
  void clientGone_beforeTheAnswer_holdsTheBudgetUntilThen() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.answers = false;
    GrpcClient.PendingAnswer pending = client(router).start(new byte[5000]);
    await().until(() -> router.ingress.requests.size() == 1);
    pending.call.cancel("gone", null);
    await().until(() -> router.count("unanswered_requests", "protocol", "grpc") == 1);
    assertThat(router.receivers.bytesInFlight()).isEqualTo(5000);
    router.ingress.requests.get(0).responder().accepted(0, "");
    assertThat(router.receivers.bytesInFlight()).isZero();
  }

  @Test
  void ingressBug_isInternalAndCounted() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.fails = true;
    GrpcClient.Answer answer = client(router).send(new byte[10]);
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(router.refused("grpc", "failed")).isEqualTo(1);
  }

  @Test
  void ingressWithoutMemory_isRetryableAndGivesTheBudgetBack() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.failsBadly = true;
    GrpcClient.Answer answer = client(router).send(new byte[10]);
    assertThat(answer.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(router.refused("grpc", "busy")).isEqualTo(1);
    assertThat(router.receivers.bytesInFlight()).isZero();
  }

  @Test
  void contextHeaders_configured_travelWithTheBody() throws Exception {
    ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
    settings.contextHeaders = List.of("x-other", "x-scope-orgid");
    ReceiveFixture router = fixture(settings);
    GrpcClient client = client(router);
    client.headers.put(
        Metadata.Key.of("X-Scope-OrgID", Metadata.ASCII_STRING_MARSHALLER), "tenant-1");
    client.headers.put(Metadata.Key.of("x-else", Metadata.ASCII_STRING_MARSHALLER), "not this");
    client.send(new byte[10]);
    client.send(new byte[10]);
    FakeIngress.Request first = router.ingress.requests.get(0);
    assertThat(RequestContext.headers(first.context()))
        .isEqualTo(Map.of("x-scope-orgid", "tenant-1"));
    assertThat(router.ingress.requests.get(1).context()).isSameAs(first.context());
  }

  @Test
  void sendAway_callInFlightIsAnswered_theNextGoesOnANewConnection_andComesToRest()
      throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.answers = false;
    GrpcClient client = client(router);
    GrpcClient.PendingAnswer pending = client.start(new byte[10]);
    await().until(() -> router.ingress.requests.size() == 1);
    router.receivers.sendAway(true);
    await().until(() -> client.channel.getState(false) != io.grpc.ConnectivityState.READY);
    router.ingress.requests.get(0).responder().accepted(0, "");
    assertThat(pending.await().status().getCode()).isEqualTo(Status.Code.OK);

    router.ingress.answers = true;
    assertThat(client.send(new byte[10]).status().getCode()).isEqualTo(Status.Code.OK);
    router.receivers.sendAway(false);
    assertThat(client.send(new byte[10]).status().getCode()).isEqualTo(Status.Code.OK);
    assertThat(client.channel.getState(false)).isEqualTo(io.grpc.ConnectivityState.READY);
  }

  @Test
  void drain_requestInFlight_isAnsweredFirst() throws Exception {
    ReceiveFixture router = fixture(new ReceiveFixture.Settings());
    router.ingress.answers = false;
    GrpcClient client = client(router);
    GrpcClient.PendingAnswer pending = client.start(new byte[10]);
    await().until(() -> router.ingress.requests.size() == 1);
    drain(
        router,
        () -> {
          await().until(() -> client.channel.getState(false) != io.grpc.ConnectivityState.READY);
          router.ingress.requests.get(0).responder().accepted(0, "");
          assertThat(pending.await().status().getCode()).isEqualTo(Status.Code.OK);
        });
    assertThat(client.send(new byte[10]).status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void portInUse_isOneClearLine() throws Exception {
    assertInUse("router.receive.grpc", (settings, address) -> settings.grpc = address);
  }

  @Test
  void connectionOverLimit_isClosed() throws Exception {
    ReceiveFixture.Settings settings = new ReceiveFixture.Settings();
    settings.maxConnections = 1;
    ReceiveFixture router = fixture(settings);
    assertThat(client(router).send(new byte[1]).status().isOk()).isTrue();
    assertThat(client(router).send(new byte[1]).status().getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(router.count("refused_connections", "protocol", "grpc")).isPositive();
  }

  private GrpcClient client(ReceiveFixture router) {
    return opened(new GrpcClient(router.receivers.grpcPort()));
  }
}
