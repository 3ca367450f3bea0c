package io.ringtail.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.Members;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StaticMembershipTest {
  private static final Member SAMPLER_A = Members.member("a", Member.Role.SAMPLER, 100);
  private static final Member SAMPLER_B = Members.member("b", Member.Role.SAMPLER, 100);
  private static final Member ROUTER = Members.member("r", Member.Role.ROUTER, 0);

  private final List<Epoch> told = new ArrayList<>();

  @Test
  void start_selfInList_tellsOneEpochThatNamesAllOnce() {
    StaticMembership membership = start(ROUTER, List.of(ROUTER, SAMPLER_B, SAMPLER_A));
    assertThat(told).hasSize(1);
    Epoch epoch = told.get(0);
    assertThat(epoch.members()).extracting(Member::nodeId).containsExactly("a", "b", "r");
    assertThat(epoch.predecessor()).isEqualTo(EpochOrder.NONE);
    assertThat(epoch.tableChecksum()).isEqualTo(2);
    assertThat(membership.joined()).isTrue();
    assertThat(membership.newest()).contains(epoch);
  }

  @Test
  void start_sameListElsewhere_sameMembers() {
    start(SAMPLER_A, List.of(SAMPLER_A, SAMPLER_B, ROUTER));
    start(ROUTER, List.of(SAMPLER_A, SAMPLER_B, ROUTER));
    assertThat(told.get(0)).isEqualTo(told.get(1));
  }

  @Test
  void start_onlyRouters_checksumIsZero() {
    start(ROUTER, List.of());
    assertThat(told.get(0).tableChecksum()).isZero();
  }

  private StaticMembership start(Member self, List<Member> all) {
    StaticMembership membership = new StaticMembership(all, List::size);
    membership.start(
        self,
        new EpochListener() {
          @Override
          public void onEpoch(Epoch epoch) {
            told.add(epoch);
          }

          @Override
          public void onFenced(Member newer) {
            throw new AssertionError(newer);
          }
        });
    return membership;
  }
}
