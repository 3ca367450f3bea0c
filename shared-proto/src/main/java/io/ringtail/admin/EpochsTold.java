package io.ringtail.admin;

import io.ringtail.admin.v1.EpochRef;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.ring.RingTables;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * The last epochs a node was told of, to say which it has in use: that is known by its order only.
 * Threads: any.
 */
public final class EpochsTold {
  private static final int REMEMBERED = 32;

  private final RingTables tables;
  private final ArrayDeque<Epoch> newestFirst = new ArrayDeque<>();

  /**
   * @param tables know the table in use
   */
  public EpochsTold(RingTables tables) {
    this.tables = tables;
  }

  /** Remembers one; two sides of a partition may make one of the same order, the later counts. */
  public synchronized void add(Epoch epoch) {
    newestFirst.addFirst(epoch);
    if (newestFirst.size() > REMEMBERED) {
      newestFirst.removeLast();
    }
  }

  /** The epoch of that order; empty before the first. */
  public Optional<EpochRef> ref(EpochOrder inUse) {
    return find(inUse).map(epoch -> Members.epoch(epoch, tables.of(epoch.members())));
  }

  /** Node id of an incarnation that one of them names; empty if none does. */
  public synchronized Optional<String> nodeId(long bits) {
    return newestFirst.stream()
        .flatMap(epoch -> epoch.members().stream())
        .filter(m -> m.incarnation().bits() == bits)
        .map(Member::nodeId)
        .findFirst();
  }

  private synchronized Optional<Epoch> find(EpochOrder inUse) {
    return newestFirst.stream().filter(epoch -> epoch.order().equals(inUse)).findFirst();
  }
}
