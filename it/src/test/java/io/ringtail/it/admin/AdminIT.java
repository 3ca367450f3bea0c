package io.ringtail.it.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.ringtail.admin.AdminMethods;
import io.ringtail.admin.v1.ApplyChangeRequest;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ChangeResult;
import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.GetClusterStatusRequest;
import io.ringtail.admin.v1.GetRingRequest;
import io.ringtail.admin.v1.Member;
import io.ringtail.admin.v1.NodeAnswer;
import io.ringtail.admin.v1.NodeRequest;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.RouterStatus;
import io.ringtail.admin.v1.SamplerStatus;
import io.ringtail.admin.v1.SetWeight;
import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.JavaProcess;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.harness.RequestBodies;
import io.ringtail.it.harness.Sender;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Two routers and three samplers, each a process, asked at any of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminIT {
  private static final List<String> IDS =
      List.of("router-0", "router-1", "sampler-0", "sampler-1", "sampler-2");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String KEEP_ALL =
      """
      tail_sampling:
        decision_wait: 2s
        policies:
          - { name: all, type: always_sample }
      """;

  private OtlpSink sink;
  private Cluster cluster;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    sink = OtlpSink.counting(0);
    cluster = new Cluster(directory, Cluster.Settings.small(KEEP_ALL, sink.port())).start(2, 3);
  }

  @AfterAll
  void stop() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
    sink.close();
  }

  private static <A, B> B call(Cluster.Node node, MethodDescriptor<A, B> method, A request)
      throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(node.host(), node.adminPort()).usePlaintext().build();
    try {
      return ClientCalls.blockingUnaryCall(
          channel, method, CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS), request);
    } finally {
      channel.shutdownNow().awaitTermination(60, TimeUnit.SECONDS);
    }
  }

  private static ClusterStatus status(Cluster.Node node, int deadlineMs) throws Exception {
    return call(
        node,
        AdminMethods.GET_CLUSTER_STATUS,
        GetClusterStatusRequest.newBuilder().setDeadlineMs(deadlineMs).build());
  }

  private void awaitAllAnswer() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              for (Cluster.Node node : cluster.nodes()) {
                ClusterStatus status = status(node, 5_000);
                assertThat(status.getNodesList())
                    .extracting(n -> n.getStatus().getNodeId())
                    .containsExactlyElementsOf(IDS);
                assertThat(status.getEpochsAgree()).isTrue();
              }
            });
  }

  @Test
  void anyNode_answersForAll_withWhatTheyHold() throws Exception {
    awaitAllAnswer();
    int grpc = cluster.routers().get(0).grpcPort();
    RequestBodies bodies = new RequestBodies(1, 470, 300, 19);
    try (Sender sender = new Sender(List.of(grpc), 1)) {
      await() // a second may pass until the counters are looked at
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                sender.run(bodies::request, 100_000_000L, 20); // rates are of the last seconds
                assertIsBusy(status(cluster.samplers().get(2), 5_000));
              });
    }
  }

  private static void assertIsBusy(ClusterStatus status) {
    assertThat(status.getAnsweredBy()).isEqualTo("sampler-2");
    assertThat(status.getCluster()).isEqualTo("it");
    double shares =
        status.getNodesList().stream()
            .map(NodeAnswer::getMember)
            .mapToDouble(Member::getSlotShare)
            .sum();
    assertThat(shares).isEqualTo(1.0);

    NodeStatus router = status.getNodes(0).getStatus();
    assertThat(router.getReady()).as(router.getNotReadyList().toString()).isTrue();
    assertThat(router.getSpansInPerSecond()).isPositive();
    assertThat(router.getSpansOutPerSecond()).isPositive();
    assertThat(router.getBytesInPerSecond()).isPositive();
    assertThat(router.getMemory().getResidentBytes()).isPositive();
    RouterStatus of = router.getRouter();
    assertThat(of.getLinksUp()).isEqualTo(3);
    assertThat(of.getLinksDownList()).isEmpty();
    assertThat(of.getRetentionBytes().getCapacity()).isPositive();
    assertThat(of.getAnswerP99Ms()).isGreaterThanOrEqualTo(of.getAnswerP50Ms()).isPositive();

    SamplerStatus sampler = status.getNodes(2).getStatus().getSampler();
    assertThat(sampler.getBufferedBytes().getCapacity()).isBetween(1L, 256L << 20);
    assertThat(sampler.getOpenTraces().getCapacity()).isPositive();
    assertThat(sampler.getDecisionWaitSeconds()).isEqualTo(2);
    assertThat(sampler.getMayDecide()).isTrue();
    assertThat(sampler.getKeptTraces()).isPositive();
    assertThat(sampler.getDestinations(0).getDestination()).isEqualTo("otlp");
    assertThat(sampler.getDestinations(0).getSentSpans()).isPositive();
    assertThat(sampler.getDestinations(0).getLostSpans()).isZero();
    assertThat(sampler.getDestinations(0).getFailingSeconds()).isZero();
    assertThat(status.getNodes(2).getStatus().getBytesInPerSecond()).isPositive();
    assertThat(status.getNodes(2).getStatus().getBytesOutPerSecond()).isPositive();
  }

  /** If this machine stands still, too, the others are as silent, and all of it goes again. */
  @Test
  void stoppedNode_isNamedAsSilentWithinTheDeadline() {
    await().atMost(PATIENCE.multipliedBy(2)).untilAsserted(this::assertStoppedNodeIsSilent);
    awaitAllAnswer();
  }

  private void assertStoppedNodeIsSilent() throws Exception {
    awaitAllAnswer();
    JavaProcess stopped = cluster.samplers().get(1).process();
    stopped.signal("STOP");
    long began = System.nanoTime();
    ClusterStatus status;
    try {
      status = status(cluster.routers().get(1), 700);
    } finally {
      stopped.signal("CONT");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
    NodeAnswer silent = status.getNodes(3);
    assertThat(silent.getMember().getNodeId()).isEqualTo("sampler-1");
    assertThat(silent.hasStatus()).isFalse();
    assertThat(silent.getNoAnswer()).isEqualTo("no answer within 700 ms");
    assertThat(status.getNodesList()).filteredOn(NodeAnswer::hasStatus).hasSize(4);
    assertThat(status.getFindingsList())
        .anySatisfy(
            f -> {
              assertThat(f.getCode()).isEqualTo("node-silent");
              assertThat(f.getNodesList()).containsExactly("sampler-1");
            });
  }

  @Test
  void change_askedOfOneNode_isMadeByAnotherWithAnAuditLine() throws Exception {
    awaitAllAnswer();
    Change change =
        Change.newBuilder()
            .setNodeId("sampler-0")
            .setSetWeight(SetWeight.newBuilder().setWeight(50))
            .build();
    ChangeResult result =
        call(
            cluster.routers().get(1),
            AdminMethods.APPLY_CHANGE,
            ApplyChangeRequest.newBuilder().setChange(change).setActor("it").build());
    assertThat(result.getOutcome()).contains("sampler-0", "50");
    assertThat(result.getPlan().getSlotsMoved()).isPositive();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              var ring =
                  call(
                      cluster.samplers().get(1),
                      AdminMethods.GET_RING,
                      GetRingRequest.getDefaultInstance());
              Member weighed = ring.getMembers(2);
              assertThat(weighed.getWeight()).isEqualTo(50);
              assertThat(weighed.getSlotShare()).isBetween(0.19, 0.21);
            });
    assertThat(cluster.samplers().get(0).process().log())
        .contains("event=audit actor=it action=weight:50 node=sampler-0 force=false outcome=done");
    assertThat(cluster.routers().get(1).process().log()).doesNotContain("event=audit");
  }

  @Test
  void settingsAndMetrics_ofAnotherNode_areItsOwn() throws Exception {
    awaitAllAnswer();
    NodeRequest of = NodeRequest.newBuilder().setNodeId("sampler-2").build();
    Cluster.Node asked = cluster.routers().get(0);
    assertThat(call(asked, AdminMethods.GET_CONFIG, of).getEffective())
        .contains("id: sampler-2", "max-buffered-bytes: 256MiB", "admin:");
    String metrics = call(asked, AdminMethods.GET_METRICS, of).getText();
    assertThat(metrics).contains("ringtail_sampler_open_traces ");
    NodeRequest nobody = NodeRequest.newBuilder().setNodeId("sampler-9").build();
    assertThatThrownBy(() -> call(asked, AdminMethods.GET_METRICS, nobody))
        .hasMessageContaining("NOT_FOUND: no node sampler-9");
  }
}
