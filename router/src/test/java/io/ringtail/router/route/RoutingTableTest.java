package io.ringtail.router.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.Member;
import io.ringtail.trace.TraceHash;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoutingTableTest {
  private static final Member S0 = Tables.sampler("s0", 1);
  private static final Member S1 = Tables.sampler("s1", 2);

  @Test
  void samplers_onlyActiveOnes_ownSlots() {
    RoutingTable table =
        Tables.build(
            Tables.epoch(
                1, List.of(S0, S1.withState(Member.State.DRAINING), Tables.sampler("s2", 3))));
    assertThat(table.owners()).extracting(Member::nodeId).containsExactly("s0", "s2");
    assertThat(table.whyNotReady()).isEmpty();
    for (int slot = 0; slot < TraceHash.SLOTS; slot += 1000) {
      assertThat(table.ownerIndex(slot)).isBetween(0, 1);
    }
  }

  @Test
  void epoch_thatNamesAnotherIncarnation_isNotReady() {
    RoutingTable table = RoutingTable.build(Tables.epoch(1, List.of(S0)), Tables.ROUTER, 99, 0);
    assertThat(table.whyNotReady()).contains("epoch 1.1 does not name this router");
  }

  @Test
  void epoch_withoutOrWithTooFewSamplers_isNotReady() {
    assertThat(Tables.build(Tables.epoch(2, List.of())).whyNotReady())
        .contains("epoch 1.2 has no active samplers");
    assertThat(
            RoutingTable.build(Tables.epoch(2, List.of(S0)), Tables.ROUTER, Tables.ROUTER_BITS, 2)
                .whyNotReady())
        .contains("epoch 1.2 has 1 active samplers (expected at least 2)");
  }

  @Test
  void checksum_thatDiffers_isNotReady() {
    Epoch right = Tables.epoch(1, List.of(S0, S1));
    Epoch wrong =
        new Epoch(
            right.order(),
            right.coordinator(),
            right.members(),
            right.tableChecksum() + 1,
            right.predecessor(),
            right.lost());
    RoutingTable table = Tables.build(wrong);
    assertThat(table.checksumMatches()).isFalse();
    assertThat(table.whyNotReady().orElse("")).contains("checksum");
  }
}
