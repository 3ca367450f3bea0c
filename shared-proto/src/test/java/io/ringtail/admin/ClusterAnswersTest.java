package io.ringtail.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.Status;
import io.ringtail.admin.call.Failures;
import io.ringtail.admin.v1.ApplyChangeRequest;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ChangePlan;
import io.ringtail.admin.v1.ChangeResult;
import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.Drain;
import io.ringtail.admin.v1.Holding;
import io.ringtail.admin.v1.Holdings;
import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.NodeAnswer;
import io.ringtail.admin.v1.NodeSettings;
import io.ringtail.admin.v1.Ring;
import io.ringtail.admin.v1.SamplerStatus;
import io.ringtail.admin.v1.SetLogLevel;
import io.ringtail.admin.v1.SetWeight;
import io.ringtail.admin.v1.TraceAtNode;
import io.ringtail.admin.v1.TraceReport;
import io.ringtail.admin.v1.TraceState;
import io.ringtail.admin.v1.TracesAtNode;
import io.ringtail.cluster.Member;
import io.ringtail.trace.TraceHash;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ClusterAnswersTest {
  private static final Duration DEADLINE = Duration.ofSeconds(2);
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  private final FakeCluster cluster = new FakeCluster("s0", "s1", "s2", "r0", "r1");
  private final ListAppender<ILoggingEvent> audit = new ListAppender<>();
  private final Logger auditLog = (Logger) LoggerFactory.getLogger(Audit.LOGGER);

  @BeforeEach
  void listen() {
    audit.start();
    auditLog.setLevel(ch.qos.logback.classic.Level.INFO);
    auditLog.addAppender(audit);
  }

  @AfterEach
  void stop() {
    auditLog.detachAppender(audit);
    auditLog.setLevel(null);
    cluster.close();
  }

  private ClusterAnswers at(String id) {
    return cluster.node(id).answers();
  }

  private static Status failure(CompletableFuture<?> answer) {
    assertThat(answer).isDone();
    try {
      throw new AssertionError(answer.join());
    } catch (CompletionException e) {
      return Failures.statusOf(e);
    }
  }

  // ---- status

  @Test
  void status_fromAnyNode_isOfAllRoutersFirst() {
    for (String asked : cluster.nodes.keySet()) {
      ClusterStatus status = at(asked).status(DEADLINE).join();
      assertThat(status.getAnsweredBy()).isEqualTo(asked);
      assertThat(status.getCluster()).isEqualTo("test");
      assertThat(status.getAtMs()).isEqualTo(FakeCluster.NOW.toEpochMilli());
      assertThat(status.getNodesList().stream().map(n -> n.getStatus().getNodeId()))
          .containsExactly("r0", "r1", "s0", "s1", "s2");
      assertThat(status.getNodesList()).allMatch(n -> n.getNoAnswer().isEmpty());
      assertThat(status.getEpoch().getOrder()).isEqualTo("1.1@s0");
      assertThat(status.getEpochsAgree()).isTrue();
    }
  }

  @Test
  void status_ofAMember_hasWhatTheEpochSaysOfIt() {
    ClusterStatus status = at("r0").status(DEADLINE).join();
    NodeAnswer s1 = status.getNodes(3);
    assertThat(s1.getMember().getNodeId()).isEqualTo("s1");
    assertThat(s1.getMember().getLinkAddress()).isEqualTo("s1:4319");
    assertThat(s1.getMember().getOpsAddress()).isEqualTo("s1:9464");
    assertThat(s1.getMember().getZone()).isEqualTo("zone-s1");
    assertThat(s1.getMember().getIncarnation()).isEqualTo("1.1-65");
    assertThat(s1.getStatus().getVersion()).isEqualTo("1.2.3");
    double shares =
        status.getNodesList().stream().mapToDouble(n -> n.getMember().getSlotShare()).sum();
    assertThat(shares).isEqualTo(1.0);
  }

  @Test
  void status_withOneThatHangs_comesAtTheDeadlineWithTheReason() {
    cluster.hang("s1");
    CompletableFuture<ClusterStatus> status = at("r0").status(DEADLINE);
    assertThat(status).isNotDone();
    cluster.timer.pass();
    NodeAnswer silent = status.join().getNodes(3);
    assertThat(silent.getMember().getNodeId()).isEqualTo("s1");
    assertThat(silent.hasStatus()).isFalse();
    assertThat(silent.getNoAnswer()).isEqualTo("no answer within 2000 ms");
    assertThat(status.join().getEpochsAgree()).as("of those that answered").isTrue();
    assertThat(status.join().getFindingsList())
        .anyMatch(f -> f.getCode().equals("node-silent") && f.getCause().contains("s1"));
  }

  @Test
  void status_withOneGone_saysItIsNotConnected() {
    cluster.group.leave(cluster.node("s1").member().incarnation().bits());
    assertThat(at("r0").status(DEADLINE).join().getNodes(3).getNoAnswer())
        .isEqualTo("cannot be asked: r0 is not connected with it");
  }

  @Test
  void status_whenOneUsesAnotherEpochOrTable_doesNotAgree() {
    FakeTier s1 = cluster.node("s1").tier();
    s1.says.setEpoch(s1.says.getEpoch().toBuilder().setTableChecksum("bad"));
    assertThat(at("r0").status(DEADLINE).join().getEpochsAgree()).isFalse();
    s1.says.clearEpoch();
    assertThat(at("r0").status(DEADLINE).join().getEpochsAgree()).isFalse();
  }

  @Test
  void status_ofALonelyNode_isWhatItKnows() {
    try (FakeCluster lonely = FakeCluster.beforeAnyEpoch("s9")) {
      FakeCluster.Node node = lonely.node("s9");
      node.readiness().notReady("cluster", "alone");
      ClusterAnswers before = node.answers();
      ClusterStatus status = before.status(DEADLINE).join();
      assertThat(status.hasEpoch()).isFalse();
      assertThat(status.getEpochsAgree()).isFalse();
      assertThat(status.getNodesList()).hasSize(1);
      assertThat(status.getNodes(0).getMember().getNodeId()).isEqualTo("s9");
      assertThat(status.getNodes(0).getStatus().getNotReadyList())
          .containsExactly("cluster: alone");
      assertThat(before.ring(TRACE).getOwner().getNodeId()).isEmpty();
      assertThat(before.trace(TRACE, DEADLINE).join().getFoundList()).isEmpty();
      assertThat(before.settings("", DEADLINE).join().getNodeId()).isEqualTo("s9");
      assertThat(failure(Futures.of(() -> before.settings("s1", DEADLINE))).getCode())
          .isEqualTo(Status.Code.NOT_FOUND);
    }
  }

  // ---- ring and traces

  @Test
  void ring_withATrace_namesItsOwnerHeirAndSinceWhen() {
    Ring ring = at("r0").ring(TRACE);
    assertThat(ring.getSlots()).isEqualTo(TraceHash.SLOTS);
    assertThat(ring.getMembersList()).hasSize(5);
    String owner = ring.getOwner().getNodeId();
    String heir = ring.getOwner().getHeirNodeId();
    assertThat(owner).isIn("s0", "s1", "s2");
    assertThat(heir).isIn("s0", "s1", "s2").isNotEqualTo(owner);
    assertThat(ring.getOwner().getSince().getNumber()).isEqualTo(1);
    assertThat(at("s2").ring(TRACE)).isEqualTo(ring);

    cluster.epoch(drained(owner));
    Ring after = at("r0").ring(TRACE.toUpperCase(java.util.Locale.ROOT));
    assertThat(after.getOwner().getNodeId()).isEqualTo(heir);
    assertThat(after.getOwner().getSince().getNumber()).isEqualTo(2);
    assertThat(after.getOwner().getTraceId()).isEqualTo(TRACE);
  }

  private List<Member> drained(String id) {
    return cluster.members().stream()
        .map(m -> m.nodeId().equals(id) ? m.withState(Member.State.DRAINING) : m)
        .toList();
  }

  @Test
  void ring_forWhatIsNoTraceId_isRefused() {
    assertThatThrownBy(() -> at("r0").ring("4bf9"))
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining("expected 32 hex digits");
  }

  @Test
  void trace_knownByTwo_hasTheOwnersFirstAndItsMemory() {
    String owner = at("r0").ring(TRACE).getOwner().getNodeId();
    String other = owner.equals("s0") ? "s1" : "s0";
    cluster.node(owner).tier().traces = traces(owner, TraceState.OPEN, 30);
    cluster.node(other).tier().traces = traces(other, TraceState.KEPT, 99);
    TraceReport report = at("r1").trace(TRACE, DEADLINE).join();
    assertThat(report.getFoundList().stream().map(TraceAtNode::getNodeId))
        .containsExactly(owner, other);
    assertThat(report.getKeptCacheSeconds()).isEqualTo(30);
    assertThat(report.getSilentList()).isEmpty();
  }

  private static TracesAtNode traces(String id, TraceState state, double seconds) {
    return TracesAtNode.newBuilder()
        .addFound(TraceAtNode.newBuilder().setNodeId(id).setState(state))
        .setKeptCacheSeconds(seconds)
        .build();
  }

  @Test
  void trace_whenASamplerHangs_namesIt() {
    cluster.hang("s2");
    CompletableFuture<TraceReport> report = at("r1").trace(TRACE, DEADLINE);
    cluster.timer.pass();
    assertThat(report.join().getSilentList()).containsExactly("s2");
  }

  // ---- one node

  @Test
  void settings_ofAnother_haveItsNotes() {
    NodeSettings settings = at("r0").settings("s1", DEADLINE).join();
    assertThat(settings.getNodeId()).isEqualTo("s1");
    assertThat(settings.getEffective()).isEqualTo("# retention: 1 instead of 2\nnode:\n  id: s1\n");
    assertThat(at("r0").settings("", DEADLINE).join().getNodeId()).isEqualTo("r0");
  }

  @Test
  void metrics_ofAnother_areItsPage() {
    String text = at("r0").metrics("s1", DEADLINE).join().getText();
    assertThat(text).contains("# TYPE ringtail_admin_questions_total counter", "jvm_");
  }

  @Test
  void oneNode_thatIsNone_isNotFoundAndTheOthersAreNamed() {
    Status failure = failure(Futures.of(() -> at("r0").settings("s7", DEADLINE)));
    assertThat(failure.getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(failure.getDescription()).contains("no node s7", "known: s0, s1, s2, r0, r1");
  }

  @Test
  void oneNode_thatHangs_isNamedInTheFailure() {
    cluster.hang("s1");
    CompletableFuture<NodeSettings> settings = at("r0").settings("s1", DEADLINE);
    cluster.timer.pass();
    assertThat(failure(settings).getDescription()).isEqualTo("s1: no answer within 2000 ms");
  }

  // ---- changes

  private static Change drain(String id) {
    return Change.newBuilder().setNodeId(id).setDrain(Drain.getDefaultInstance()).build();
  }

  private void holds(String id, long used, String... to) {
    FakeTier tier = cluster.node(id).tier();
    tier.says.setSampler(
        SamplerStatus.newBuilder()
            .setBufferedBytes(Level.newBuilder().setUsed(used).setCapacity(1_000)));
    Holdings.Builder holdings = Holdings.newBuilder();
    for (String receiver : to) {
      holdings.addHoldings(
          Holding.newBuilder().setNodeId(receiver).setTraces(7).setBytes(used / to.length));
    }
    tier.holdings = holdings.build();
  }

  @Test
  void plan_ofADrain_saysWhatMovesWhere() {
    holds("s0", 400, "s1", "s2");
    holds("s1", 100);
    holds("s2", 900);
    ChangePlan plan = at("r0").plan(drain("s0"), DEADLINE).join();
    assertThat(plan.getImpossible()).isEmpty();
    assertThat(plan.getReceiversList()).extracting("nodeId").containsExactly("s1", "s2");
    assertThat(plan.getSlotsMoved()).isBetween(TraceHash.SLOTS / 4, TraceHash.SLOTS / 2);
    assertThat(plan.getTracesMoved()).isEqualTo(14);
    assertThat(plan.getBytesMoved()).isEqualTo(400);
    assertThat(plan.getReceivers(0).getBufferedBytesAfter().getUsed()).isEqualTo(300);
    assertThat(plan.getObjectionsList())
        .containsExactly(
            "s2 would hold 1100 bytes, above its high water of 1000: it would decide traces early,"
                + " or refuse spans");
  }

  @Test
  void plan_whenSomebodyHangs_saysWhoseFiguresAreMissing() {
    cluster.hang("s2");
    CompletableFuture<ChangePlan> plan = at("r0").plan(drain("s0"), DEADLINE);
    cluster.timer.pass();
    assertThat(plan.join().getObjectionsList())
        .containsExactly("s2 did not answer: what they hold is not in these figures");
  }

  @Test
  void apply_atAnotherNode_isDoneThereWithOneAuditLine() {
    ApplyChangeRequest request =
        ApplyChangeRequest.newBuilder().setChange(drain("s1")).setActor("me at\nhome").build();
    ChangeResult result = at("r0").apply(request, DEADLINE).join();
    assertThat(result.getOutcome()).isEqualTo("done");
    assertThat(result.getPlan().getSlotsMoved()).isPositive();
    assertThat(cluster.node("s1").tier().applied).containsExactly(drain("s1"));
    assertThat(audit.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "event=audit actor=me_at_home action=drain node=s1 force=false outcome=done"
                + " reason=\"done\"");
  }

  @Test
  void apply_withoutANode_isOfTheNodeAsked() {
    ApplyChangeRequest request = ApplyChangeRequest.newBuilder().setChange(drain("")).build();
    at("s2").apply(request, DEADLINE).join();
    assertThat(cluster.node("s2").tier().applied).containsExactly(drain("s2"));
  }

  @Test
  void apply_againstAnObjection_isRefusedUnlessForced() {
    holds("s0", 400, "s2");
    holds("s2", 900);
    ApplyChangeRequest request = ApplyChangeRequest.newBuilder().setChange(drain("s0")).build();
    Status failure = failure(at("r0").apply(request, DEADLINE));
    assertThat(failure.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(failure.getDescription()).contains("s2 would hold 1300 bytes");
    assertThat(cluster.node("s0").tier().applied).isEmpty();
    assertThat(audit.list).hasSize(1);
    assertThat(audit.list.get(0).getFormattedMessage())
        .contains("actor=unknown", "outcome=refused", "s2 would hold 1300 bytes");
    at("r0").apply(request.toBuilder().setForce(true).build(), DEADLINE).join();
    assertThat(cluster.node("s0").tier().applied).hasSize(1);
  }

  @Test
  void apply_thatTheNodeRefuses_failsWithItsReason() {
    cluster.node("s1").tier().outcome =
        CompletableFuture.failedFuture(
            Status.FAILED_PRECONDITION.withDescription("s1 stops").asRuntimeException());
    Status failure =
        failure(
            at("r0")
                .apply(ApplyChangeRequest.newBuilder().setChange(drain("s1")).build(), DEADLINE));
    assertThat(failure.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(failure.getDescription()).isEqualTo("s1: s1 stops");
    assertThat(audit.list).hasSize(1);
  }

  @Test
  void apply_toARouter_drainsIt_butOfAWeightIsImpossibleEvenByForce() {
    ApplyChangeRequest request =
        ApplyChangeRequest.newBuilder().setChange(drain("r1")).setForce(true).build();
    at("r0").apply(request, DEADLINE).join();
    assertThat(cluster.node("r1").tier().applied).containsExactly(drain("r1"));
    Change weight =
        Change.newBuilder()
            .setNodeId("r1")
            .setSetWeight(SetWeight.newBuilder().setWeight(7))
            .build();
    assertThat(
            failure(at("r0").apply(request.toBuilder().setChange(weight).build(), DEADLINE))
                .getDescription())
        .isEqualTo("r1 is a router: routers have no weight");
  }

  @Test
  void logLevel_ofAnyNode_isSetThereWithoutAPlan() {
    cluster.hang("s1");
    Change change =
        Change.newBuilder()
            .setNodeId("r1")
            .setSetLogLevel(SetLogLevel.newBuilder().setLogger("io.ringtail").setLevel("debug"))
            .build();
    ApplyChangeRequest request =
        ApplyChangeRequest.newBuilder().setChange(change).setActor("a").build();
    assertThat(at("r0").apply(request, DEADLINE).join().getOutcome())
        .isEqualTo("io.ringtail is debug");
    assertThat(cluster.levels).containsExactly("io.ringtail=debug");
    assertThat(audit.list.get(0).getFormattedMessage())
        .contains("action=log-level:io.ringtail:debug");
    Change loud =
        change.toBuilder().setSetLogLevel(SetLogLevel.newBuilder().setLevel("loud")).build();
    assertThat(
            failure(at("r0").apply(request.toBuilder().setChange(loud).build(), DEADLINE))
                .getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void change_thatIsNone_isRefused() {
    assertThatThrownBy(() -> at("r0").plan(Change.getDefaultInstance(), DEADLINE))
        .hasMessageContaining("no change");
  }

  @Test
  void epochs_ofManyResizes_rememberSinceWhen() {
    String first = at("r0").ring(TRACE).getOwner().getNodeId();
    List<Member> all = cluster.members();
    List<Member> without = drained(first.equals("s0") ? "s1" : "s0");
    for (int i = 0; i < 3; i++) {
      cluster.epoch(without);
      cluster.epoch(all);
    }
    Ring ring = at("r0").ring(TRACE);
    assertThat(ring.getEpoch().getNumber()).isEqualTo(7);
    assertThat(ring.getOwner().getNodeId()).isEqualTo(first);
    assertThat(ring.getOwner().getSince().getNumber()).isEqualTo(1);
  }
}
