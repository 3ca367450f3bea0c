package io.ringtail.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ChangePlan;
import io.ringtail.admin.v1.Drain;
import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.SamplerStatus;
import io.ringtail.admin.v1.SetWeight;
import io.ringtail.admin.v1.Undrain;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.Member;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChangePlansTest {
  private static final Change.Builder DRAIN =
      Change.newBuilder().setDrain(Drain.getDefaultInstance());
  private static final Change.Builder UNDRAIN =
      Change.newBuilder().setUndrain(Undrain.getDefaultInstance());

  private final Map<String, NodeStatus> statuses =
      new HashMap<>(Map.of("s0", status(), "s1", status()));

  private static NodeStatus status() {
    return NodeStatus.newBuilder().setState(MemberState.ACTIVE).build();
  }

  private static NodeStatus drained() {
    return NodeStatus.newBuilder()
        .setState(MemberState.DRAINING)
        .setDrainedByOperator(true)
        .build();
  }

  private ChangePlan plan(Change.Builder change, Member.State state, String... ids) {
    try (FakeCluster cluster = new FakeCluster(ids)) {
      List<Member> members =
          cluster.members().stream()
              .map(m -> m.nodeId().equals("s0") ? m.withState(state) : m)
              .toList();
      Epoch epoch = cluster.epoch(members);
      Change of = change.clone().setNodeId("s0").build();
      SlotMoves moves = SlotMoves.of(epoch, of, cluster.tables);
      Member target = epoch.member("s0").orElseThrow();
      return new ChangePlans(of, target, moves, statuses, Map.of(), List.of()).plan();
    }
  }

  @Test
  void drain_ofTheLast_isImpossible() {
    assertThat(plan(DRAIN, Member.State.ACTIVE, "s0", "r0").getImpossible())
        .isEqualTo("no sampler would be left to take the slots of s0");
  }

  @Test
  void drainAgain_movesNothingAndIsPossible() {
    statuses.put("s0", drained());
    statuses.put("s1", status().toBuilder().setMinSamplers(2).build());
    ChangePlan plan = plan(DRAIN, Member.State.DRAINING, "s0", "s1");
    assertThat(plan.getImpossible()).isEmpty();
    assertThat(plan.getSlotsMoved()).isZero();
    assertThat(plan.getObjectionsList()).isEmpty();
  }

  @Test
  void change_ofOneThatStops_isImpossible() {
    statuses.put("s0", status().toBuilder().setState(MemberState.DRAINING).build());
    for (Change.Builder change : List.of(DRAIN, UNDRAIN)) {
      assertThat(plan(change, Member.State.DRAINING, "s0", "s1").getImpossible())
          .isEqualTo("s0 drains because it stops, which cannot be taken back");
    }
  }

  @Test
  void change_ofOneThatDidNotAnswer_isImpossible() {
    statuses.remove("s0");
    assertThat(plan(DRAIN, Member.State.ACTIVE, "s0", "s1").getImpossible())
        .isEqualTo("s0 did not answer, and only it can change itself");
  }

  @Test
  void undrain_givesItsSlotsBack_ofOneInUseNothingMoves() {
    assertThat(plan(UNDRAIN, Member.State.ACTIVE, "s0", "s1").getSlotsMoved()).isZero();
    statuses.put("s0", drained());
    ChangePlan plan = plan(UNDRAIN, Member.State.DRAINING, "s0", "s1");
    assertThat(plan.getImpossible()).isEmpty();
    assertThat(plan.getReceiversList()).extracting("nodeId").containsExactly("s0");
  }

  @Test
  void drain_thatTakesAReceiverAboveItsHighWater_isObjectedTo() {
    statuses.put(
        "s1",
        status().toBuilder()
            .setSampler(
                SamplerStatus.newBuilder()
                    .setHighWaterBytes(99)
                    .setBufferedBytes(Level.newBuilder().setUsed(100).setCapacity(1000)))
            .build());
    assertThat(plan(DRAIN, Member.State.ACTIVE, "s0", "s1").getObjectionsList())
        .containsExactly(
            "s1 would hold 100 bytes, above its high water of 99: it would decide traces early, or"
                + " refuse spans");
  }

  @Test
  void weight_outOfRange_isImpossible() {
    try (FakeCluster cluster = new FakeCluster("s0", "s1")) {
      for (int weight : new int[] {0, 10_001, -1}) {
        Change change =
            Change.newBuilder().setSetWeight(SetWeight.newBuilder().setWeight(weight)).build();
        ChangePlan plan = cluster.node("s0").answers().plan(change, Duration.ofSeconds(1)).join();
        assertThat(plan.getImpossible())
            .isEqualTo("weight " + Integer.toUnsignedLong(weight) + " (expected 1 to 10000)");
      }
    }
  }

  @Test
  void drain_belowMinSamplers_isObjectedTo() {
    statuses.put("s1", status().toBuilder().setMinSamplers(2).build());
    ChangePlan plan = plan(DRAIN, Member.State.ACTIVE, "s0", "s1");
    assertThat(plan.getImpossible()).isEmpty();
    assertThat(plan.getObjectionsList())
        .containsExactly(
            "1 sampler would be left, fewer than cluster.min-samplers, 2: nobody would decide");
  }
}
