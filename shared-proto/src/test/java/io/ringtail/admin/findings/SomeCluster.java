package io.ringtail.admin.findings;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.DestinationStatus;
import io.ringtail.admin.v1.EpochRef;
import io.ringtail.admin.v1.Finding;
import io.ringtail.admin.v1.HandoffStatus;
import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.Member;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.MemoryStatus;
import io.ringtail.admin.v1.NodeAnswer;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.ReasonCount;
import io.ringtail.admin.v1.Role;
import io.ringtail.admin.v1.RouterStatus;
import io.ringtail.admin.v1.SamplerStatus;
import io.ringtail.admin.v1.Severity;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Two routers and three samplers that are well, until a test says otherwise. */
final class SomeCluster {
  static final long MIB = 1L << 20;
  static final EpochRef EPOCH = epoch("3.7@s0.0123abcd", 7, "00000000deadbeef");

  private final Map<String, NodeAnswer.Builder> nodes = new TreeMap<>();
  private final ClusterStatus.Builder status =
      ClusterStatus.newBuilder()
          .setCluster("ringtail")
          .setAnsweredBy("r0")
          .setAtMs(1_700_000_000_000L)
          .setEpoch(EPOCH)
          .setEpochsAgree(true);

  SomeCluster() {
    for (int i = 0; i < 2; i++) {
      nodes.put("r" + i, router("r" + i));
    }
    for (int i = 0; i < 3; i++) {
      nodes.put("s" + i, sampler("s" + i));
    }
  }

  static EpochRef epoch(String order, long number, String checksum) {
    return EpochRef.newBuilder()
        .setOrder(order)
        .setNumber(number)
        .setTableChecksum(checksum)
        .build();
  }

  static Level level(long used, long capacity) {
    return Level.newBuilder().setUsed(used).setCapacity(capacity).build();
  }

  /** So many within the last minute, the last of them 3 s ago, and ten long before. */
  static ReasonCount count(String reason, String unit, long lastMinute) {
    return count(reason, unit, lastMinute, lastMinute, lastMinute > 0 ? 3 : 86_400);
  }

  /** So many within the last 15 minutes, none of them within the last one, and ten long before. */
  static ReasonCount past(String reason, String unit, long last15Minutes, double secondsSinceLast) {
    return count(reason, unit, 0, last15Minutes, secondsSinceLast);
  }

  private static ReasonCount count(
      String reason, String unit, long lastMinute, long last15Minutes, double secondsSinceLast) {
    return ReasonCount.newBuilder()
        .setReason(reason)
        .setUnit(unit)
        .setSinceStart(10 + last15Minutes)
        .setLastMinute(lastMinute)
        .setLast15Minutes(last15Minutes)
        .setSecondsSinceLast(secondsSinceLast)
        .build();
  }

  private static NodeAnswer.Builder node(String id, Role role) {
    return NodeAnswer.newBuilder()
        .setMember(
            Member.newBuilder()
                .setNodeId(id)
                .setRole(role)
                .setState(MemberState.ACTIVE)
                .setSlotShare(role == Role.SAMPLER ? 1.0 / 3 : 0))
        .setStatus(
            NodeStatus.newBuilder()
                .setNodeId(id)
                .setRole(role)
                .setState(MemberState.ACTIVE)
                .setVersion("0.1.0")
                .setProtocolVersion(1)
                .setUptimeMs(3_600_000)
                .setReady(true)
                .setEpoch(EPOCH)
                .setMemory(
                    MemoryStatus.newBuilder()
                        .setResidentBytes(900 * MIB)
                        .setLimitBytes(1024 * MIB)
                        .setDirectBytes(level(200 * MIB, 512 * MIB))));
  }

  private static NodeAnswer.Builder router(String id) {
    NodeAnswer.Builder router = node(id, Role.ROUTER);
    router
        .getStatusBuilder()
        .setRouter(
            RouterStatus.newBuilder()
                .setBytesInFlight(level(MIB, 256 * MIB))
                .setBytesHeld(level(MIB, 256 * MIB))
                .setLinks(3)
                .setLinksUp(3)
                .setRetentionBytes(level(100 * MIB, 512 * MIB))
                .setRetentionCoverSeconds(80)
                .setRetentionWantedSeconds(40));
    return router;
  }

  private static NodeAnswer.Builder sampler(String id) {
    NodeAnswer.Builder sampler = node(id, Role.SAMPLER);
    sampler
        .getStatusBuilder()
        .setSampler(
            SamplerStatus.newBuilder()
                .setOpenTraces(level(1000, 50_000))
                .setBufferedBytes(level(100 * MIB, 1024 * MIB))
                .setHighWaterBytes(870 * MIB)
                .setMayDecide(true)
                .setHandoff(HandoffStatus.getDefaultInstance())
                .addDestinations(
                    DestinationStatus.newBuilder()
                        .setDestination("otlp")
                        .setQueueBytes(level(MIB, 64 * MIB))
                        .setSentSpans(1000)));
    return sampler;
  }

  SomeCluster whole(Consumer<ClusterStatus.Builder> change) {
    change.accept(status);
    return this;
  }

  SomeCluster member(String id, Consumer<Member.Builder> change) {
    change.accept(answer(id).getMemberBuilder());
    return this;
  }

  SomeCluster node(String id, Consumer<NodeStatus.Builder> change) {
    change.accept(answer(id).getStatusBuilder());
    return this;
  }

  SomeCluster router(String id, Consumer<RouterStatus.Builder> change) {
    return node(id, n -> change.accept(n.getRouterBuilder()));
  }

  SomeCluster sampler(String id, Consumer<SamplerStatus.Builder> change) {
    return node(id, n -> change.accept(n.getSamplerBuilder()));
  }

  SomeCluster handoff(String id, Consumer<HandoffStatus.Builder> change) {
    return sampler(id, s -> change.accept(s.getHandoffBuilder()));
  }

  SomeCluster destination(String id, Consumer<DestinationStatus.Builder> change) {
    return sampler(id, s -> change.accept(s.getDestinationsBuilder(0)));
  }

  SomeCluster state(String id, MemberState state) {
    return member(id, m -> m.setState(state)).node(id, n -> n.setState(state));
  }

  SomeCluster silent(String id, String why) {
    answer(id).clearStatus().setNoAnswer(why);
    return this;
  }

  SomeCluster without(String id) {
    nodes.remove(id);
    return this;
  }

  private NodeAnswer.Builder answer(String id) {
    NodeAnswer.Builder node = nodes.get(id);
    if (node == null) {
      throw new IllegalArgumentException(id);
    }
    return node;
  }

  ClusterStatus status() {
    ClusterStatus.Builder whole = status.clone();
    nodes.values().forEach(n -> whole.addNodes(n.build()));
    return Findings.addedTo(whole.build());
  }

  /** One line a finding: severity, code and nodes. */
  List<String> found() {
    return status().getFindingsList().stream()
        .map(
            f ->
                f.getSeverity().name().toLowerCase(Locale.ROOT)
                    + " "
                    + f.getCode()
                    + " "
                    + f.getNodesList())
        .toList();
  }

  Finding only() {
    List<Finding> findings = status().getFindingsList();
    if (findings.size() != 1) {
      throw new AssertionError("expected one finding, were " + found());
    }
    return findings.get(0);
  }

  /** Words and severity, as they reach people. */
  static void says(Finding finding, Severity severity, String cause, String remedy) {
    assertThat(finding.getCause()).isEqualTo(cause);
    assertThat(finding.getRemedy()).isEqualTo(remedy);
    assertThat(finding.getSeverity()).isEqualTo(severity);
  }
}
