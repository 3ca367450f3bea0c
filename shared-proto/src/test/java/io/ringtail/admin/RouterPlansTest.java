package io.ringtail.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ChangePlan;
import io.ringtail.admin.v1.Drain;
import io.ringtail.admin.v1.SetWeight;
import io.ringtail.admin.v1.Undrain;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouterPlansTest {
  private static final Member R1 = router("r1", Member.State.ACTIVE);
  private static final Member R2 = router("r2", Member.State.ACTIVE);
  private static final Member R2_DRAINED = router("r2", Member.State.DRAINING);
  private static final Change DRAIN =
      Change.newBuilder().setNodeId("r1").setDrain(Drain.getDefaultInstance()).build();

  @Test
  void drain_besideAnother_movesNothingAndMeetsNoObjection() {
    assertThat(RouterPlans.plan(DRAIN, R1, List.of(R1, R2)))
        .isEqualTo(ChangePlan.newBuilder().setChange(DRAIN).build());
  }

  @Test
  void drain_ofTheLastInUse_isObjectedTo() {
    assertThat(RouterPlans.plan(DRAIN, R1, List.of(R1, R2_DRAINED)).getObjectionsList())
        .containsExactly("r1 is the last router in use: senders would have no other");
  }

  @Test
  void drainAgain_andUndrain_meetNoObjection() {
    Change again = DRAIN.toBuilder().setNodeId("r2").build();
    assertThat(RouterPlans.plan(again, R2_DRAINED, List.of(R1, R2_DRAINED)).getObjectionsList())
        .isEmpty();
    Change undrain = again.toBuilder().setUndrain(Undrain.getDefaultInstance()).build();
    assertThat(RouterPlans.plan(undrain, R2_DRAINED, List.of(R2_DRAINED)).getObjectionsList())
        .isEmpty();
  }

  @Test
  void weight_isImpossible() {
    Change weight =
        Change.newBuilder()
            .setNodeId("r1")
            .setSetWeight(SetWeight.newBuilder().setWeight(5))
            .build();
    assertThat(RouterPlans.plan(weight, R1, List.of(R1)).getImpossible())
        .isEqualTo("r1 is a router: routers have no weight");
  }

  private static Member router(String id, Member.State state) {
    Incarnation start = new Incarnation(new EpochOrder(1, 1), id.hashCode());
    return new Member(id, start, Member.Role.ROUTER, state, 0, "", "", "", 1);
  }
}
