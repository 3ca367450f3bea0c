package io.ringtail.sampler.handoff;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.link.Peer;
import io.ringtail.ring.RingTable;
import io.ringtail.ring.SlotSet;
import io.ringtail.sampler.store.SlotView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** An epoch and its table as one sampler sees them. Pure. Threads: any. */
final class SlotViews {
  private final long selfBits;

  SlotViews(long selfBits) {
    this.selfBits = selfBits;
  }

  /**
   * Whose the slots are in an epoch. Without ACTIVE samplers the last tables stand (protocol S3).
   *
   * @param before the epoch before
   */
  SlotView after(SlotView before, Epoch next, RingTable table) {
    boolean stands = next.activeSamplers() == 0 && !before.table().members().isEmpty();
    return stands ? before.withOrder(next.order()) : of(next.order(), next.members(), table);
  }

  /** Whose they were in the epoch before. */
  SlotView before(Epoch next, RingTable table) {
    return of(next.predecessor(), next.predecessorMembers(), table);
  }

  private SlotView of(EpochOrder order, List<Member> members, RingTable table) {
    Map<String, Peer> peers = new HashMap<>();
    members.forEach(m -> peers.put(m.nodeId(), new Peer(m.nodeId(), m.incarnation())));
    List<Peer> owners =
        table.members().stream()
            .map(owner -> Objects.requireNonNull(peers.get(owner.nodeId())))
            .toList();
    int self = SlotView.NONE.self();
    for (int i = 0; i < owners.size(); i++) {
      if (owners.get(i).incarnation().bits() == selfBits) {
        self = i;
      }
    }
    return new SlotView(order, table, owners, self, null, SlotSet.NONE);
  }

  boolean names(Epoch next) {
    return next.members().stream().anyMatch(m -> m.incarnation().bits() == selfBits);
  }

  /** Whether no epoch before it named this sampler. */
  boolean isFirst(Epoch next) {
    return next.members().stream()
        .filter(m -> m.incarnation().bits() == selfBits)
        .allMatch(m -> m.incarnation().order().equals(next.order()));
  }

  /** Of slots that were gained those whose last owner is lost, or that had none. */
  static SlotSet orphans(SlotSet gained, SlotView before, Set<Long> lost) {
    SlotSet orphaned = gained;
    for (int i = 0; i < before.owners().size(); i++) {
      if (!lost.contains(before.owners().get(i).incarnation().bits())) {
        orphaned = orphaned.without(before.table().slotsOf(i));
      }
    }
    return orphaned;
  }
}
