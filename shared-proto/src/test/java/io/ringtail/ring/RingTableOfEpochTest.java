package io.ringtail.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

class RingTableOfEpochTest {
  @Test
  void of_routersAndDrainingAmongMembers_onlyActiveSamplersOwn() {
    List<Member> members =
        List.of(
            member("r", Member.Role.ROUTER, Member.State.ACTIVE, 0),
            member("s-0", Member.Role.SAMPLER, Member.State.ACTIVE, 100),
            member("s-1", Member.Role.SAMPLER, Member.State.DRAINING, 100),
            member("s-2", Member.Role.SAMPLER, Member.State.ACTIVE, 50),
            member("s-3", Member.Role.SAMPLER, Member.State.JOINING, 100));
    EpochOrder order = new EpochOrder(1, 1);
    RingTable table = RingTable.of(new Epoch(order, "s-0", members, 0, EpochOrder.NONE, List.of()));

    assertThat(table.members())
        .containsExactly(new RingMember("s-0", 100), new RingMember("s-2", 50));
    assertThat(table.checksum()).isEqualTo(RingTable.build(table.members()).checksum());
  }

  private static Member member(String id, Member.Role role, Member.State state, int weight) {
    Incarnation incarnation = new Incarnation(EpochOrder.NONE, id.hashCode());
    return new Member(id, incarnation, role, state, weight, "", "", "", 1);
  }
}
