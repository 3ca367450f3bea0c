package io.ringtail.sampler.shard;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.link.Peer;
import io.ringtail.ring.RingMember;
import io.ringtail.ring.RingTable;
import io.ringtail.ring.SlotSet;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.store.SlotView;
import java.util.Arrays;
import java.util.List;

/** Slot views of small clusters, with heirs built. */
public final class Views {
  /** Nobody can be reached. */
  public static final Peers NOBODY = (to, word) -> false;

  private Views() {}

  public static Peer peer(String nodeId) {
    return new Peer(nodeId, new Incarnation(new EpochOrder(1, 1), nodeId.hashCode()));
  }

  /** The only sampler. */
  public static SlotView alone() {
    return of(1, "a", "a");
  }

  /**
   * What {@code self} sees in an epoch of some samplers.
   *
   * @param number of the epoch
   * @param owners node ids, with a colon and a weight that is not 1
   */
  public static SlotView of(long number, String self, String... owners) {
    RingTable table = RingTable.build(Arrays.stream(owners).map(Views::member).toList());
    List<Peer> peers = table.members().stream().map(m -> peer(m.nodeId())).toList();
    return new SlotView(
        new EpochOrder(1, number),
        table,
        peers,
        table.indexOf(self).orElse(-2),
        table.heirs(),
        SlotSet.NONE);
  }

  private static RingMember member(String owner) {
    String[] of = owner.split(":", 2);
    return new RingMember(of[0], of.length == 1 ? 1 : Integer.parseInt(of[1]));
  }
}
