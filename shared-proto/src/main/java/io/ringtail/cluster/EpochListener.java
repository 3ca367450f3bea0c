package io.ringtail.cluster;

import java.util.List;

/** Told of epochs and of this node's standing. Threads: the membership's own, one at a time. */
public interface EpochListener {
  /** A newer epoch is to be used. Called in the order of the chain; must not block. */
  void onEpoch(Epoch epoch);

  /** A newer start of this node id is in the cluster: stop deciding, say so, and stop. */
  void onFenced(Member newer);

  /**
   * The same, told by who knows whether it follows the one before.
   *
   * @param inTurn false after a gap that could not be filled or a change of chain (protocol E3, P2)
   */
  default void onEpoch(Epoch epoch, boolean inTurn) {
    onEpoch(epoch);
  }

  /**
   * How far the handoff of each sampler is, as the coordinator has heard (protocol O1). Whoever is
   * not among them was not heard yet by this coordinator; what was told before still holds. Only
   * words said in the chain of the newest epoch are told.
   */
  default void onCompletions(List<Completion> completions) {}

  /**
   * The cluster goes on without this sampler, which it took for dead (protocol L2): it has no lease
   * any more. Told before {@link #onEpoch} of {@code epoch}; later epochs are told as before, until
   * {@link Membership#comeBack}. None of them will name this incarnation again, unless a chain that
   * has not lost it wins a later merge (P2): then it goes on as if it had not been lost.
   */
  default void onLost(Epoch epoch) {}
}
