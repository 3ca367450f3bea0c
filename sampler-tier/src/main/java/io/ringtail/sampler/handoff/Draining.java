package io.ringtail.sampler.handoff;

import io.ringtail.cluster.EpochOrder;

/**
 * What a sampler that stops does next (protocol S2, S3). Pure. Threads: any.
 *
 * <p>It gives away what it has, unless there is nobody to give it to: then it decides itself, what
 * is due when it is due, as another may yet come whom clients send the rest of a trace to; the rest
 * at once when half of its time is over or no router is left. What is left then, because it is
 * another's, goes to that one if an epoch that has owners came in between: a chain that goes on
 * without this sampler, or one that has come. Without a lease, as when it was left alone by a loss,
 * it may decide nothing, and waits with what it holds: the others may come back, and take it.
 *
 * <p>It says so only if the newest epoch is in use and says that it goes: by one that it has not
 * heard of it may own slots again, as a sampler that was drained, used again and stopped does, and
 * have gained what another lost; with its word nobody would ask for that.
 *
 * <p>What is not done in time makes it leave without a word, so that it is lost and its traces are
 * replayed. So does one that has no epoch in use, at once: there may be one all the same, by which
 * it has gained what another lost, and with its word nobody would ask for that.
 *
 * <p>Who has given all away, and waits for nothing but answers to its questions, waits for half of
 * its time: a replay takes as long as the routers' logs are large. Whoever owns its slots has heard
 * that they are unfinished and asks for them, or will when it is lost (O2, O3); only its word,
 * which ends the marks of others that were lost, must not come before that (M6). Without it they
 * stay.
 *
 * <p>Who has said that it goes still knows what it gave to others, until the epoch without it is in
 * use. If that epoch loses one of them, nobody else may know of their decisions: they go to who
 * owns the slots now, as any that it knows as heir (D4), before it is gone.
 */
public final class Draining {
  private final boolean moves;
  private final long graceNanos;

  /** What to do next. */
  public enum Step {
    WAIT,
    /** All is with others: say so and leave. */
    LEAVE,
    /** Decide and export what is held, then leave. */
    DECIDE,
    /** All is with others, but for answers that its slots' owners wait for, too: without a word. */
    LEAVE_UNANSWERED,
    /** Time is over, or it does not know what it has: leave without a word. */
    ABANDON
  }

  /**
   * What is known besides the status.
   *
   * @param asSaid whether the newest epoch was in use, before the status was asked for, and says
   *     that it goes
   * @param mayDecide whether it has a lease (protocol L1)
   * @param holdsNothing whether no accepted span is left in a shard
   * @param leftNanos of the grace
   */
  public record Look(boolean asSaid, boolean mayDecide, boolean holdsNothing, long leftNanos) {}

  /**
   * @param moves whether slots can move at all
   * @param graceNanos how long the stop may take
   */
  public Draining(boolean moves, long graceNanos) {
    this.moves = moves;
    this.graceNanos = graceNanos;
  }

  /** What to do now. */
  public Step next(HandoffStatus status, Look look) {
    if (!moves) {
      return Step.DECIDE;
    }
    if (status.epoch().equals(EpochOrder.NONE)) {
      return Step.ABANDON;
    }
    boolean gone = status.stranger() ? status.empty() : !status.owns() && status.nothingLeft();
    if (gone && look.holdsNothing && (look.asSaid || status.stranger())) {
      return Step.LEAVE;
    }
    boolean halfOver = look.leftNanos <= graceNanos / 2;
    boolean complete = status.holds() == 0 && (look.holdsNothing || status.routers() == 0);
    if (status.noneActive() && (complete || halfOver) && (look.mayDecide || look.holdsNothing)) {
      return Step.DECIDE;
    }
    if (halfOver && look.holdsNothing && onlyAnswersAreMissing(status)) {
      return Step.LEAVE_UNANSWERED;
    }
    return look.leftNanos <= 0 ? Step.ABANDON : Step.WAIT;
  }

  /**
   * Whether who has said that it goes may go: what it knows is with the owners of the epoch without
   * it, too.
   *
   * @param newest that the membership knew of when it had left
   */
  public static boolean mayGo(HandoffStatus status, EpochOrder newest) {
    boolean uses = status.epoch().compareTo(newest) >= 0;
    return uses && (status.noneActive() || status.completeUpTo().compareTo(newest) >= 0);
  }

  /** It needs them no more than others do: only its word must not come before they have asked. */
  private static boolean onlyAnswersAreMissing(HandoffStatus status) {
    return status.handedOver() && !status.owns() && !status.noneActive() && !status.stranger();
  }

  /**
   * What follows when all is decided that may be.
   *
   * @param look which holds nothing if nothing is to be exported any more, either
   * @return {@link Step#WAIT} to go on with {@link #next}
   */
  public Step decided(HandoffStatus status, Look look) {
    boolean known = look.asSaid || !moves || status.stranger();
    if (look.holdsNothing && known) {
      return Step.LEAVE;
    }
    boolean last = known && status.noneActive() && look.mayDecide;
    return moves && !last && look.leftNanos > 0 ? Step.WAIT : Step.ABANDON;
  }
}
