package io.ringtail.sampler.intake;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.sampler.store.SlotView;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/**
 * What this sampler owns by its newest epoch in use.
 *
 * <p>An epoch is <em>in use</em> when intake checks by it and its command stands in every shard's
 * queue (protocol 1). Both must change at once for the parts, or a part checked by the old epoch
 * could stand behind the new one's command: so a part is checked and queued under the read lock,
 * and a view is taken into use under the write lock. Tables are built before, outside it.
 *
 * <p>Threads: any number of links; one changes it, the handoff's.
 */
public final class Ownership {
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private volatile Snapshot newest = new Snapshot(SlotView.NONE, false);

  /**
   * A view as intake goes by it. Immutable.
   *
   * @param takesParts whether parts are taken: not where the last tables only stand to finish by
   *     (protocol S3), nor once this sampler was lost (L2)
   */
  public record Snapshot(SlotView view, boolean takesParts) {
    public EpochOrder order() {
      return view.order();
    }

    public boolean owns(int slot) {
      return view.owns(slot);
    }

    /** Whether spans of a slot may come from a router. */
    boolean takes(int slot) {
      return takesParts && view.owns(slot);
    }

    /** How many slots are its own. */
    public int slotCount() {
      return view.self() < 0 ? 0 : view.table().slotCounts()[view.self()];
    }
  }

  public Snapshot newest() {
    return newest;
  }

  /**
   * Takes a view into use.
   *
   * @param queueCommand puts the view's command into every shard's queue
   */
  public void use(SlotView view, boolean takesParts, Consumer<SlotView> queueCommand) {
    lock.writeLock().lock();
    try {
      newest = new Snapshot(view, takesParts);
      queueCommand.accept(view);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** No view comes into use until {@link #unlockEpoch}. */
  void lockEpoch() {
    lock.readLock().lock();
  }

  void unlockEpoch() {
    lock.readLock().unlock();
  }
}
