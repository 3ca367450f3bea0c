package io.ringtail.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.NodeConfig;
import io.ringtail.config.ConfigSection;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.ops.OpsConfig;
import io.ringtail.router.forward.FakeSampler;
import io.ringtail.router.forward.ForwardConfig;
import io.ringtail.router.receive.ReceiveConfig;
import io.ringtail.router.retain.RetentionConfig;
import io.ringtail.router.route.Tables;
import io.ringtail.router.split.SampleRequests;
import io.ringtail.rules.Rules;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
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

  private static RouterConfig config(int grpcPort, List<Member> samplers) {
    return config(grpcPort, ClusterConfig.fixed(samplers));
  }

  private static RouterConfig config(int grpcPort, ClusterConfig cluster) {
    ReceiveConfig defaults = ReceiveConfig.read(new ConfigSection());
    InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
    ReceiveConfig receive =
        new ReceiveConfig(
            new InetSocketAddress("127.0.0.1", grpcPort),
            any,
            defaults.maxRequestBytes(),
            defaults.maxBytesInFlight(),
            defaults.contextHeaders(),
            defaults.maxConcurrentCalls(),
            defaults.maxConnections(),
            defaults.maxHeaderBytes(),
            defaults.requestTimeout(),
            defaults.idleTimeout(),
            defaults.maxConnectionAge(),
            defaults.maxConnectionAgeGrace(),
            defaults.keepaliveTime(),
            defaults.keepaliveTimeout(),
            defaults.permitKeepaliveTime());
    return new RouterConfig(
        new NodeConfig(Tables.ROUTER, ""),
        cluster,
        new OpsConfig("127.0.0.1", 0),
        receive,
        ForwardConfig.defaults(),
        RetentionConfig.off(),
        Duration.ZERO,
        Duration.ofSeconds(5));
  }
}
