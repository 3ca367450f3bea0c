package io.ringtail.router.retain;

import io.ringtail.cluster.EpochOrder;
import java.util.Set;

/** A lost sampler's last mark, and who may still need what it holds back (M6). Threads: one. */
final class LostMark {
  long mark;
  final EpochOrder epoch;
  final Set<Floor.Named> waitsFor;

  /** We do not know in which epoch: who has had a replay of all its slots since needs nothing. */
  final boolean outOfTurn;

  /** Words count only of who has had an answer since. */
  final boolean afterAnswer;

  /** No sampler owned slots when it was lost: the next owners are waited for. */
  boolean awaitsOwners;

  /** Others may have been lost after it, unknown here: a word of its loss alone is not enough. */
  boolean ownGap;

  /**
   * @param epoch by which it is known to be lost
   */
  LostMark(
      long mark,
      EpochOrder epoch,
      Set<Floor.Named> waitsFor,
      boolean outOfTurn,
      boolean afterAnswer) {
    this.mark = mark;
    this.epoch = epoch;
    this.waitsFor = waitsFor;
    this.outOfTurn = outOfTurn;
    this.afterAnswer = afterAnswer;
  }
}
