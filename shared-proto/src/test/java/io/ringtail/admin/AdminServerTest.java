package io.ringtail.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.GetClusterStatusRequest;
import io.ringtail.admin.v1.GetRingRequest;
import io.ringtail.admin.v1.NodeRequest;
import io.ringtail.cluster.ClusterConfig;
import io.ringtail.config.ListenException;
import io.ringtail.metrics.Metrics;
import io.ringtail.ops.Readiness;
import io.ringtail.ring.RingTables;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The port, by gRPC over loopback. */
class AdminServerTest {
  private final Readiness readiness = new Readiness();
  private final Metrics metrics = new Metrics();
  private final FakeTier tier = new FakeTier();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
  }

  private Admin admin(int port) {
    return admin(new AdminConfig(Optional.of(new InetSocketAddress("127.0.0.1", port))));
  }

  private Admin admin(AdminConfig config) {
    Admin admin =
        new Admin(
            config,
            new AdminContext(
                ClusterConfig.defaults(),
                "s0",
                List.of(),
                FakeCluster.membership(Optional.empty()),
                new RingTables(1),
                metrics,
                readiness,
                Surroundings.none()),
            tier);
    open.add(admin);
    return admin;
  }

  private ManagedChannel channel(Admin admin) {
    ManagedChannel channel = NettyChannelBuilder.forTarget(admin.address()).usePlaintext().build();
    open.add(0, channel::shutdownNow);
    return channel;
  }

  private ManagedChannel started() throws ListenException {
    Admin admin = admin(0);
    admin.start();
    return channel(admin);
  }

  @Test
  void status_byGrpc_isOfALonelyNode() throws Exception {
    readiness.notReady("cluster", "not started");
    ClusterStatus status =
        ClientCalls.blockingUnaryCall(
            started(),
            AdminMethods.GET_CLUSTER_STATUS,
            CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS),
            GetClusterStatusRequest.getDefaultInstance());
    assertThat(status.getAnsweredBy()).isEqualTo("s0");
    assertThat(status.getCluster()).isEqualTo("ringtail");
    assertThat(status.getNodes(0).getStatus().getNotReadyList())
        .containsExactly("cluster: not started");
    assertThat(status.getNodes(0).getStatus().getMemory().getHeapBytes().getUsed()).isPositive();
  }

  @Test
  void failures_byGrpc_haveTheirStatusAndSentence() throws Exception {
    ManagedChannel channel = started();
    assertThatThrownBy(
            () ->
                ClientCalls.blockingUnaryCall(
                    channel,
                    AdminMethods.GET_CONFIG,
                    CallOptions.DEFAULT,
                    NodeRequest.newBuilder().setNodeId("s1").build()))
        .hasMessageStartingWith("NOT_FOUND: no node s1");
    assertThatThrownBy(
            () ->
                ClientCalls.blockingUnaryCall(
                    channel,
                    AdminMethods.GET_RING,
                    CallOptions.DEFAULT,
                    GetRingRequest.newBuilder().setTraceId("x").build()))
        .hasMessageStartingWith("INVALID_ARGUMENT: trace ID: \"x\"");
    assertThatThrownBy(
            () ->
                ClientCalls.blockingUnaryCall(
                    channel,
                    AdminMethods.GET_RING,
                    CallOptions.DEFAULT,
                    GetRingRequest.newBuilder().setTraceId("x".repeat(70_000)).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
  }

  @Test
  void health_ofAllAndOfTheService_goesByReadiness() throws Exception {
    readiness.notReady("cluster", "not yet");
    ManagedChannel channel = started();
    BlockingQueue<ServingStatus> told = new LinkedBlockingQueue<>();
    HealthGrpc.newStub(channel)
        .watch(service(AdminMethods.SERVICE), observer(r -> told.add(r.getStatus())));
    assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo(ServingStatus.NOT_SERVING);
    readiness.ready("cluster");
    assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo(ServingStatus.SERVING);
    assertThat(HealthGrpc.newBlockingStub(channel).check(service("")).getStatus())
        .isEqualTo(ServingStatus.SERVING);
    readiness.notReady("stopping", "it stops");
    assertThat(told.poll(60, TimeUnit.SECONDS)).isEqualTo(ServingStatus.NOT_SERVING);
    assertThatThrownBy(() -> HealthGrpc.newBlockingStub(channel).check(service("nobody")))
        .hasMessageStartingWith("NOT_FOUND");
  }

  private static HealthCheckRequest service(String name) {
    return HealthCheckRequest.newBuilder().setService(name).build();
  }

  private static <T> StreamObserver<T> observer(java.util.function.Consumer<T> onNext) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T value) {
        onNext.accept(value);
      }

      @Override
      public void onError(Throwable t) {}

      @Override
      public void onCompleted() {}
    };
  }

  @Test
  void reflection_listsTheServiceAndItsFile() throws Exception {
    BlockingQueue<ServerReflectionResponse> answers = new LinkedBlockingQueue<>();
    StreamObserver<ServerReflectionRequest> ask =
        ServerReflectionGrpc.newStub(started()).serverReflectionInfo(observer(answers::add));
    ask.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    assertThat(answers.take().getListServicesResponse().getServiceList())
        .extracting(ServiceResponse::getName)
        .containsExactlyInAnyOrder(
            AdminMethods.SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection");
    ask.onNext(
        ServerReflectionRequest.newBuilder().setFileContainingSymbol(AdminMethods.SERVICE).build());
    FileDescriptorProto file =
        FileDescriptorProto.parseFrom(
            answers.take().getFileDescriptorResponse().getFileDescriptorProto(0));
    ask.onCompleted();
    assertThat(file.getName()).isEqualTo("ringtail/admin/v1/admin.proto");
    assertThat(file.getService(0).getMethodList()).hasSize(7);
    assertThat(file.getService(0).getMethodList())
        .allMatch(m -> served(m.getName()), "has a method descriptor");
  }

  private static boolean served(String method) {
    return AdminMethods.DESCRIPTOR.getMethods().stream()
        .anyMatch(m -> m.getFullMethodName().equals(AdminMethods.SERVICE + "/" + method));
  }

  @Test
  void port_inUse_isOneLineWithItsKey() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Admin admin = admin(taken.getLocalPort());
      assertThatThrownBy(admin::start)
          .isInstanceOf(ListenException.class)
          .hasMessage(
              "admin.listen: 127.0.0.1:" + taken.getLocalPort() + ": address already in use");
    }
  }

  @Test
  void off_listensNowhere() throws Exception {
    Admin admin = admin(AdminConfig.off());
    admin.start();
    assertThat(admin.address()).isEmpty();
  }

  @Test
  void connections_overTheLimit_areClosedAndCounted() throws Exception {
    Admin admin = admin(0);
    admin.start();
    String[] at = admin.address().split(":");
    List<java.net.Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      sockets.add(new java.net.Socket(at[0], Integer.parseInt(at[1])));
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> metrics.total("ringtail_admin_refused_connections_total") == 6);
    for (java.net.Socket socket : sockets) {
      socket.close();
    }
  }
}
