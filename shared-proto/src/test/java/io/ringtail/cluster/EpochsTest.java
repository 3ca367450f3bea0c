package io.ringtail.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.cluster.ClusterMessage.AskHighest;
import io.ringtail.cluster.ClusterMessage.Echo;
import io.ringtail.cluster.ClusterMessage.Published;
import io.ringtail.cluster.ClusterMessage.Stamp;
import io.ringtail.rules.Rules;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One node's words, as sampler b sees coordinator a. */
class EpochsTest {
  private static final long SECOND = 1_000_000_000;
  private static final EpochOrder E1 = new EpochOrder(1, 1);
  private static final Member A = sampler("a", 1);
  private static final Member B = sampler("b", 2);

  private final Epochs epochs = new Epochs(B, List::size, Rules.ALL);

  @Test
  void witness_askedByALaterView_doesNotVouchForTheDeposedCoordinatorBeforeThatComes() {
    epochs.onView(view(1, 1, 2), 0);
    Epoch first = new Epoch(E1, "a", List.of(A, B), 2, EpochOrder.NONE, List.of());
    epochs.on(1, new Published(first), 0);
    assertThat(epochs.newest()).isEqualTo(Optional.of(first));
    Stamp stamp = new Stamp(7, EpochId.of(first), 0, EpochId.NONE, EpochOrder.NONE);
    Effect echo = new Effect.Send(1, new Echo(7));
    assertThat(epochs.on(1, stamp, 0)).contains(echo);

    epochs.on(3, new AskHighest(2), SECOND);
    assertThat(epochs.on(1, stamp, 6 * SECOND - 1)).doesNotContain(echo);
    assertThat(epochs.on(1, stamp, 6 * SECOND)).as("the later view is gone").contains(echo);
    epochs.onView(view(2, 3, 2), 6 * SECOND);
    assertThat(epochs.on(1, stamp, 6 * SECOND)).doesNotContain(echo);
  }

  private static ClusterView view(long id, long... samplers) {
    List<ClusterView.Peer> peers =
        Arrays.stream(samplers).mapToObj(s -> new ClusterView.Peer(s, true)).toList();
    return new ClusterView(id, peers, false);
  }

  private static Member sampler(String id, long bits) {
    return StaticMembershipTest.member(id, Member.Role.SAMPLER, 100)
        .withIncarnation(new Incarnation(E1, bits));
  }
}
