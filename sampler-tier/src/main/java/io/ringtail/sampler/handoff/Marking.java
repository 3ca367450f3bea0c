package io.ringtail.sampler.handoff;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;

/**
 * The marks of this sampler, some ten times a second: the least of its shards', and not above the
 * floors. Threads: the handoff's.
 */
final class Marking {
  private static final long MARK_NANOS = 100_000_000;

  private final Tier tier;
  private final MarkBoard board;
  private final Floors floors;
  private long markedNanos;
  private boolean marked;

  Marking(Tier tier, MarkBoard board, Floors floors) {
    this.tier = tier;
    this.board = board;
    this.floors = floors;
  }

  /** Whether it is time; then it is not for a while. */
  boolean isDue(long nowNanos) {
    boolean due = !marked || nowNanos - markedNanos >= MARK_NANOS;
    if (due) {
      marked = true;
      markedNanos = nowNanos;
    }
    return due;
  }

  /**
   * @param inUse epoch the shards go by
   */
  void mark(EpochOrder inUse) {
    for (Peer known : tier.routers()) {
      long router = known.incarnation().bits();
      long mark = tier.mark(router);
      long floor = floors.floor(router);
      if (mark >= 0 || floor != Floors.NONE) {
        board.put(router, mark < 0 ? 0 : Math.min(mark, floor), inUse); // as MarkBoard.lower
      }
    }
    tier.tellMarks();
  }
}
