package io.ringtail.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.ringtail.cluster.word.ClusterCodec;
import io.ringtail.cluster.word.ClusterMessage.Announce;
import io.ringtail.cluster.word.ClusterMessage.Published;
import io.ringtail.cluster.word.GroupWord;
import io.ringtail.rules.Rules;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** It stands for the product's, which tells what it was told last to each incarnation. */
class SimMembershipTest {
  private static final EpochOrder E1 = new EpochOrder(1, 1);
  private static final Member OWNER =
      new Member(
          "s1",
          new Incarnation(EpochOrder.NONE, 2),
          Member.Role.SAMPLER,
          Member.State.ACTIVE,
          100,
          "",
          "",
          "",
          1);

  /** What it announced of itself. */
  private final List<Member> said = new ArrayList<>();

  private final SimMembership membership =
      new SimMembership(new Recorded(), List::size, () -> 0, bits -> {}, Rules.ALL);

  private final class Recorded implements SimMembership.Group {
    @Override
    public void send(long from, long to, byte[] message) {
      try {
        GroupWord word = GroupWord.read(message, 0, message.length).get(0);
        if (ClusterCodec.decode(word).orElseThrow() instanceof Announce announced) {
          said.add(announced.self());
        }
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void sendAll(long from, byte[] message) {}

    @Override
    public void comeBack(long bits, long newBits) {}
  }

  private static final class Deaf implements EpochListener {
    @Override
    public void onEpoch(Epoch epoch) {}

    @Override
    public void onFenced(Member newer) {}
  }

  /** Drained and used again before any epoch has the first of these. */
  @Test
  void comeBack_lastUpdateWasNotSaidYet_isSaidThen() {
    membership.start(OWNER, new Deaf());
    membership.onView(1, List.of(1L, 2L), List.of(true, true), false);
    Member named = OWNER.withIncarnation(new Incarnation(E1, 2));
    Epoch epoch = new Epoch(E1, "s0", List.of(named), 1, EpochOrder.NONE, List.of());
    membership.onMessage(1, ClusterCodec.encode(new Published(epoch)).toBytes());
    membership.update(named.withState(Member.State.DRAINING));
    membership.update(named);
    assertThat(said).last().isEqualTo(named.withState(Member.State.DRAINING));

    membership.comeBack(3);
    membership.onView(2, List.of(1L, 3L), List.of(true, true), false);
    Incarnation next = new Incarnation(EpochOrder.NONE, 3);
    assertThat(said).last().isEqualTo(OWNER.withIncarnation(next));
  }
}
