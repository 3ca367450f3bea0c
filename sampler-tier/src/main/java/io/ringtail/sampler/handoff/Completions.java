package io.ringtail.sampler.handoff;

import io.ringtail.cluster.Completion;
import io.ringtail.cluster.EpochOrder;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Says how far this sampler's own handoff is (protocol O1, O2). Pure. Threads: the handoff's. */
final class Completions {
  private static final int REMEMBERED = 256;

  /** By then a word was told to all, or there is nobody to tell them. */
  static final long TOLD_NANOS = 1_000_000_000L;

  private final long selfBits;
  private final Consumer<Completion> cluster;
  private final TreeSet<EpochOrder> epochs = new TreeSet<>();
  private Completion said;
  private boolean isHeard = true;
  private boolean isTold;
  private long saidNanos;

  Completions(long selfBits, Consumer<Completion> cluster) {
    this.selfBits = selfBits;
    this.cluster = cluster;
    this.said = new Completion(selfBits, EpochOrder.NONE, EpochOrder.NONE);
  }

  /**
   * An epoch came into use.
   *
   * @param inTurn if not, the cluster has forgotten what was said
   */
  void onEpoch(EpochOrder order, boolean inTurn) {
    isHeard &= inTurn;
    epochs.add(order);
    if (epochs.size() > REMEMBERED) {
      epochs.pollFirst();
    }
  }

  /**
   * Says what has changed.
   *
   * @param applied the newest epoch that every shard has gone by, and looked for what it lost in it
   * @param oldestForeign oldest epoch in which something was lost that is still held
   * @param unsure whether it is open if what was lost up to an epoch was whole
   * @param unfinished newest epoch up to another in which a slot went that waited for a replay
   */
  void say(
      EpochOrder applied,
      Optional<EpochOrder> oldestForeign,
      Predicate<EpochOrder> unsure,
      UnaryOperator<EpochOrder> unfinished,
      long nowNanos) {
    EpochOrder upTo = said.upTo();
    for (EpochOrder order : epochs.tailSet(upTo, false)) {
      boolean given = oldestForeign.isEmpty() || order.compareTo(oldestForeign.get()) < 0;
      if (order.compareTo(applied) > 0 || !given || unsure.test(order)) {
        break;
      }
      upTo = order;
    }
    Completion now = new Completion(selfBits, upTo, unfinished.apply(upTo));
    if (!now.equals(said) || !isHeard) {
      said = now;
      saidNanos = nowNanos;
      isTold = false;
      isHeard = true;
      cluster.accept(now);
    }
  }

  EpochOrder upTo() {
    return said.upTo();
  }

  /** What the coordinator tells all that samplers have said. */
  void onTold(Collection<Completion> all) {
    isTold |= all.contains(said);
  }

  /** Whether all are told the last word: who leaves before that may be asked for (O3). */
  boolean isTold(long nowNanos) {
    return isTold || nowNanos - saidNanos >= TOLD_NANOS;
  }
}
