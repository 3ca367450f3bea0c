package io.ringtail.sampler.store;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.ring.HeirTable;
import io.ringtail.ring.RingTable;
import io.ringtail.ring.SlotSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose each slot is in one epoch, who its heir would be, and which of its own a sampler holds.
 * Immutable; a new one for each epoch, for its heir table when that is built, and for each change
 * of holds. Threads: any.
 *
 * @param order of the epoch
 * @param owners by owner index of {@code table}
 * @param self this sampler's owner index; negative if it owns nothing
 * @param heirs null until they are built
 * @param held slots about which nothing may be decided (protocol O1)
 */
public record SlotView(
    EpochOrder order,
    RingTable table,
    List<Peer> owners,
    int self,
    @Nullable HeirTable heirs,
    SlotSet held) {
  /** Before the first epoch: owns nothing. */
  public static final SlotView NONE =
      new SlotView(EpochOrder.NONE, RingTable.build(List.of()), List.of(), -2, null, SlotSet.NONE);

  public SlotView {
    owners = List.copyOf(owners);
  }

  /**
   * What an epoch says, without heirs and holds.
   *
   * @param self this sampler's owner index; negative if it owns nothing
   */
  public static SlotView of(Epoch epoch, RingTable table, int self) {
    List<Peer> owners =
        table.members().stream()
            .map(m -> new Peer(m.nodeId(), epoch.member(m.nodeId()).orElseThrow().incarnation()))
            .toList();
    return new SlotView(epoch.order(), table, owners, self, null, SlotSet.NONE);
  }

  /** All slots that are this sampler's. */
  public SlotSet own() {
    return table.slotsOf(self);
  }

  public boolean owns(int slot) {
    return table.ownerIndex(slot) == self;
  }

  public boolean holds(int slot) {
    return held.contains(slot);
  }

  /**
   * Whether it waits for routers to say whether what it has open is still wanted (protocol L2): it
   * owns nothing, and all is held. Decisions are handed over meanwhile.
   */
  public boolean keepsOpen() {
    return self < 0 && !held.isEmpty();
  }

  /** The owner of a slot; null if there is none. */
  public @Nullable Peer owner(int slot) {
    int index = table.ownerIndex(slot);
    return index < 0 ? null : owners.get(index);
  }

  /** Who is to know a decision before it takes effect; null if nobody, or not yet known. */
  public @Nullable Peer heir(int slot) {
    int index = heirs == null ? -1 : heirs.heirIndex(slot);
    return index < 0 ? null : owners.get(index);
  }

  public SlotView withHeld(SlotSet nowHeld) {
    return new SlotView(order, table, owners, self, heirs, nowHeld);
  }

  /** The same in a later epoch: where nobody owns slots any more the last tables stand (S3). */
  public SlotView withOrder(EpochOrder later) {
    return new SlotView(later, table, owners, self, heirs, held);
  }

  public SlotView withHeirs(HeirTable built) {
    return new SlotView(order, table, owners, self, built, held);
  }

  /** Slots that had another owner in a view before, or none. */
  public SlotSet movedSince(SlotView before) {
    SlotSet moved = before.owners().isEmpty() && !owners.isEmpty() ? SlotSet.ALL : SlotSet.NONE;
    for (int i = 0; i < before.owners().size(); i++) {
      int now = owners.indexOf(before.owners().get(i));
      moved = moved.or(before.table().slotsOf(i).without(table.slotsOf(now)));
    }
    return moved;
  }
}
