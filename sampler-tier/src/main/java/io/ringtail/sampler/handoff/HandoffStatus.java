package io.ringtail.sampler.handoff;

import io.ringtail.cluster.EpochOrder;

/**
 * What the keeper says of itself. Immutable.
 *
 * @param epoch newest in use
 * @param owns whether the newest epoch gives this sampler slots
 * @param noneActive whether the newest epoch has no sampler that owns slots: the last tables stand
 * @param routers that the newest epoch names
 * @param holds in force, but for those that only wait for the first router to come
 * @param heldSlots under them
 * @param questions open
 * @param answersMissing to those questions
 * @param possibleSplits holds that ended for want of progress
 * @param oldestHoldNanos age of the oldest hold
 * @param completeUpTo as said to the cluster
 * @param handedOver all that is another's has been acknowledged, and what is still asked for here
 *     the owners of these slots ask for, too
 * @param nothingLeft besides, all questions are answered, and the others are told how far it is:
 *     this sampler may leave if it owns nothing
 * @param stranger whether this sampler was lost
 * @param empty whether, being lost, it may come back: it holds nothing any more, or there is nobody
 *     to give anything to
 */
public record HandoffStatus(
    EpochOrder epoch,
    boolean owns,
    boolean noneActive,
    int routers,
    int holds,
    int heldSlots,
    int questions,
    int answersMissing,
    long possibleSplits,
    long oldestHoldNanos,
    EpochOrder completeUpTo,
    boolean handedOver,
    boolean nothingLeft,
    boolean stranger,
    boolean empty) {
  static final HandoffStatus NONE =
      new HandoffStatus(
          EpochOrder.NONE,
          false,
          false,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          EpochOrder.NONE,
          false,
          false,
          false,
          false);
}
