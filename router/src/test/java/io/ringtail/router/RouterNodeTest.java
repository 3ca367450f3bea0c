package io.ringtail.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.ringtail.admin.AdminConfig;
import io.ringtail.admin.report.Reasons;
import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.NodeConfig;
import io.ringtail.compress.ByteOutput;
import io.ringtail.config.ConfigSection;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.ops.OpsConfig;
import io.ringtail.otlp.json.ProtobufToJson;
import io.ringtail.refusal.Refusal;
import io.ringtail.refusal.RefusalMapping;
import io.ringtail.router.forward.FakeSampler;
import io.ringtail.router.forward.ForwardConfig;
import io.ringtail.router.receive.ReceiveConfig;
import io.ringtail.router.retain.RetentionConfig;
import io.ringtail.router.route.Tables;
import io.ringtail.router.split.SampleRequests;
import io.ringtail.rules.Rules;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

class RouterNodeTest {
  @Test
  void spans_sentByGrpc_reachTheSamplersAndStopEndsInOrder() throws Exception {
    try (FakeSampler first = new FakeSampler("s0", 0, 0);
        FakeSampler second = new FakeSampler("s1", 0, 0)) {
      RouterNode router =
          new RouterNode(
              config(0, List.of(first.member(), second.member())), MemoryLimits.ofJvm(), Rules.ALL);
      router.start();
      await().until(() -> router.readiness().reasons().isEmpty());
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", router.grpcPort()).usePlaintext().build();
      ExportTraceServiceResponse answer =
          TraceServiceGrpc.newBlockingStub(channel)
              .export(ExportTraceServiceRequest.parseFrom(SampleRequests.of(new Random(2), 80)));
      assertThat(answer.hasPartialSuccess()).isFalse();
      assertThat(first.spans().size() + second.spans().size()).isEqualTo(80);
      assertThat(first.spans()).isNotEmpty();
      assertThat(second.spans()).isNotEmpty();
      channel.shutdownNow();
      router.stop();
      assertThat(router.readiness().reasons()).contains("stopping: this router stops");
    }
  }

  /** So that whoever adds a reason says what it means to operators. */
  @Test
  void reasons_ofAllCounters_standInTheAdminServicesTable() throws Exception {
    RouterNode router = new RouterNode(config(0, List.of()), MemoryLimits.ofJvm(), Rules.ALL);
    router.start();
    assertThat(router.metrics().total("ringtail_router_refused_requests_total")).isZero();
    assertThat(Reasons.missing(router.metrics())).isEmpty();
    router.close();
  }

  @Test
  void port_inUse_isSaidWithItsKeyAndNothingIsLeftRunning() throws Exception {
    try (FakeSampler taken = new FakeSampler("s0", 0, 0)) {
      RouterNode router =
          new RouterNode(
              config(taken.port(), List.of(taken.member())), MemoryLimits.ofJvm(), Rules.ALL);
      assertThatThrownBy(router::start)
          .hasMessageContaining("receive.grpc")
          .hasMessageContaining(Integer.toString(taken.port()));
    }
  }

  @Test
  void router_thatAsksOnlyItself_saysSo() {
    RouterNode router =
        new RouterNode(config(0, ClusterConfig.defaults()), MemoryLimits.ofJvm(), Rules.ALL);
    assertThat(router.readiness().reasons())
        .contains("alone: cluster.hosts names only this node (expected host:port of a sampler)");
    router.close();
    RouterNode fixed = new RouterNode(config(0, List.of()), MemoryLimits.ofJvm(), Rules.ALL);
    assertThat(fixed.readiness().reasons()).noneMatch(reason -> reason.startsWith("alone"));
    fixed.close();
  }

  @Test
  void requestWithInvalidIds_anyProtocol_isAPartialSuccess() throws Exception {
    try (FakeSampler first = new FakeSampler("s0", 0, 0);
        FakeSampler second = new FakeSampler("s1", 0, 0);
        RouterNode router = started(first, second)) {
      byte[] body = SampleRequests.withTwoInvalid(new Random(3), 10);
      String why =
          "2 spans with an invalid trace ID or span ID (expected 16 and 8 bytes, not all zero)";

      assertPartial(exportByGrpc(router, body), why);
      HttpResponse<byte[]> protobuf = post(router, "application/x-protobuf", body);
      assertThat(protobuf.statusCode()).isEqualTo(200);
      assertPartial(ExportTraceServiceResponse.parseFrom(protobuf.body()), why);
      HttpResponse<byte[]> json = post(router, "application/json", json(body));
      assertThat(json.statusCode()).isEqualTo(200);
      assertThat(new String(json.body(), StandardCharsets.UTF_8))
          .isEqualTo(
              "{\"partialSuccess\":{\"rejectedSpans\":\"2\",\"errorMessage\":\"" + why + "\"}}");
      assertThat(first.spans()).isNotEmpty();
      assertThat(second.spans()).isNotEmpty();
      assertThat(first.spans().size() + second.spans().size()).isEqualTo(3 * 10);
    }
  }

  @Test
  void requestWithInvalidIds_anOwnerIsFull_isRetryableInAnyProtocolAndNeverPartial()
      throws Exception {
    try (FakeSampler first = new FakeSampler("s0", 0, 0);
        FakeSampler second = new FakeSampler("s1", 0, 0);
        RouterNode router = started(first, second)) {
      second.refuse(new Refusal.Busy("full", Duration.ofMillis(700)));
      byte[] body = SampleRequests.withTwoInvalid(new Random(3), 10);

      assertThatThrownBy(() -> exportByGrpc(router, body))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                assertThat(e.getTrailers().containsKey(RefusalMapping.DETAILS_KEY)).isTrue();
              });
      for (String type : List.of("application/x-protobuf", "application/json")) {
        HttpResponse<byte[]> answer = post(router, type, type.endsWith("json") ? json(body) : body);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("content-type")).contains(type);
        assertThat(answer.headers().firstValue("retry-after")).contains("1");
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("full");
      }
      await().until(() -> !first.spans().isEmpty());
      assertThat(second.spans()).isEmpty();
    }
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofSeconds(60));
  }

  private static void assertPartial(ExportTraceServiceResponse answer, String why) {
    assertThat(answer.getPartialSuccess().getRejectedSpans()).isEqualTo(2);
    assertThat(answer.getPartialSuccess().getErrorMessage()).isEqualTo(why);
  }

  private static RouterNode started(FakeSampler... samplers) throws Exception {
    List<Member> members = Arrays.stream(samplers).map(FakeSampler::member).toList();
    RouterNode router = new RouterNode(config(0, members), MemoryLimits.ofJvm(), Rules.ALL);
    router.start();
    await().until(() -> router.linksUp() == samplers.length);
    return router;
  }

  private static ExportTraceServiceResponse exportByGrpc(RouterNode router, byte[] body)
      throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", router.grpcPort()).usePlaintext().build();
    try {
      return TraceServiceGrpc.newBlockingStub(channel)
          .export(ExportTraceServiceRequest.parseFrom(body));
    } finally {
      channel.shutdownNow();
    }
  }

  private static HttpResponse<byte[]> post(RouterNode router, String type, byte[] body)
      throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + router.httpPort() + "/v1/traces");
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(uri)
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  private static byte[] json(byte[] protobuf) throws Exception {
    ByteOutput output = new ByteOutput(0);
    return output.copy(new ProtobufToJson().convert(protobuf, 0, protobuf.length, output));
  }

  private static RouterConfig config(int grpcPort, List<Member> samplers) {
    return config(grpcPort, ClusterConfig.fixed(samplers));
  }

  private static RouterConfig config(int grpcPort, ClusterConfig cluster) {
    return config(grpcPort, cluster, RetentionConfig.off());
  }

  static RouterConfig config(int grpcPort, ClusterConfig cluster, RetentionConfig retention) {
    ReceiveConfig defaults = ReceiveConfig.read(new ConfigSection());
    InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
    ReceiveConfig receive =
        new ReceiveConfig(
            new InetSocketAddress("127.0.0.1", grpcPort),
            any,
            defaults.maxRequestBytes(),
            defaults.maxBytesInFlight(),
            defaults.maxBytesIncoming(),
            defaults.contextHeaders(),
            defaults.maxConcurrentCalls(),
            defaults.maxConnections(),
            defaults.maxHeaderBytes(),
            defaults.times());
    return new RouterConfig(
        new NodeConfig(Tables.ROUTER, ""),
        cluster,
        new OpsConfig("127.0.0.1", 0),
        AdminConfig.off(),
        receive,
        ForwardConfig.defaults(),
        retention,
        Duration.ZERO,
        Duration.ofSeconds(5));
  }
}
