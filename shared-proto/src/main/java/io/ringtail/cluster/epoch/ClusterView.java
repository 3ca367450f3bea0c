package io.ringtail.cluster.epoch;

import java.util.List;
import java.util.Optional;

/**
 * Who can talk to whom, as the group layer says.
 *
 * @param id grows; a merged view's is above those of all it joins
 * @param peers in the order in which they joined, this node among them
 * @param merged whether it joins sides that were apart
 */
public record ClusterView(long id, List<Peer> peers, boolean merged) {
  static final ClusterView NONE = new ClusterView(0, List.of(), false);

  public ClusterView {
    peers = List.copyOf(peers);
  }

  /** One process; all that is known of it before it has announced itself. */
  public record Peer(long bits, boolean sampler) {}

  /**
   * This view, come after another one. Views in between that did not come, or come later, may have
   * joined sides.
   */
  ClusterView after(ClusterView last) {
    boolean next = last.peers.isEmpty() || id == last.id + 1;
    return merged || next ? this : new ClusterView(id, peers, true);
  }

  /** Bits of who makes the epochs: the first sampler (protocol E2). */
  Optional<Long> coordinator() {
    return peers.stream().filter(Peer::sampler).findFirst().map(Peer::bits);
  }

  boolean isCoordinator(long bits) {
    return coordinator().equals(Optional.of(bits));
  }

  boolean has(long bits) {
    return position(bits) >= 0;
  }

  /** Place in the view, -1 if not in it. */
  int position(long bits) {
    for (int i = 0; i < peers.size(); i++) {
      if (peers.get(i).bits() == bits) {
        return i;
      }
    }
    return -1;
  }
}
