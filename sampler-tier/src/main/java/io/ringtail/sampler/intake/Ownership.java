package io.ringtail.sampler.intake;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.ring.RingTable;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/**
 * What this sampler owns by its newest epoch in use.
 *
 * <p>An epoch is <em>in use</em> when intake checks by it and its command stands in every shard's
 * queue (protocol 1). Both must change at once for the parts, or a part checked by the old epoch
 * could stand behind the new one's command: so a part is checked and queued under the read lock,
 * and an epoch is taken into use under the write lock. Tables are built before, outside it.
 *
 * <p>Threads: any number of links; one membership thread changes it.
 */
public final class Ownership {
  private static final int OWNS_NOTHING = -2; // no slot's owner index; −1 is "no owner"

  private final String nodeId;
  private final long bits;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile Snapshot newest =
      new Snapshot(EpochOrder.NONE, RingTable.build(List.of()), OWNS_NOTHING);

  /** An epoch's table as one sampler sees it. Immutable. */
  public record Snapshot(EpochOrder order, RingTable table, int self) {
    public boolean owns(int slot) {
      return table.ownerIndex(slot) == self;
    }

    /** How many slots are its own. */
    public int slotCount() {
      return self < 0 ? 0 : table.slotCounts()[self];
    }
  }

  /**
   * @param bits random bits of this incarnation: what an epoch gives to another start of the node
   *     is not this one's
   */
  public Ownership(String nodeId, long bits) {
    this.nodeId = nodeId;
    this.bits = bits;
  }

  public Snapshot newest() {
    return newest;
  }

  /**
   * Takes an epoch into use.
   *
   * @param table of the epoch's members that own slots
   * @param queueCommand puts the epoch's command into every shard's queue
   */
  public void use(Epoch epoch, RingTable table, Consumer<Snapshot> queueCommand) {
    Snapshot next = new Snapshot(epoch.order(), table, selfIn(epoch, table));
    lock.writeLock().lock();
    try {
      newest = next;
      queueCommand.accept(next);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** No epoch comes into use until {@link #unlockEpoch}. */
  void lockEpoch() {
    lock.readLock().lock();
  }

  void unlockEpoch() {
    lock.readLock().unlock();
  }

  private int selfIn(Epoch epoch, RingTable table) {
    boolean owner =
        epoch.members().stream()
            .anyMatch(
                m -> m.nodeId().equals(nodeId) && m.incarnation().bits() == bits && m.ownsSlots());
    if (!owner) {
      return OWNS_NOTHING;
    }
    return table.indexOf(nodeId).orElse(OWNS_NOTHING);
  }
}
