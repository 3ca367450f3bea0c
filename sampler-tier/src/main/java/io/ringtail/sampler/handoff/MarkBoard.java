package io.ringtail.sampler.handoff;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Mark;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * This sampler's mark for each router (protocol M1, M3), read by links as they answer and by who
 * hands traces on. A mark here is never above a floor in force: {@link #lower} is called before the
 * router is told to lower its own, and whoever sends reads the mark under the lock of the link that
 * both go down.
 *
 * <p>Threads: written by the handoff's; read by any.
 */
public final class MarkBoard {
  private final Map<Long, Mark> marks = new ConcurrentHashMap<>();

  /**
   * The newest mark for a router; null if this sampler does not constrain it (M3).
   *
   * @param router bits of its incarnation
   */
  public @Nullable Mark mark(long router) {
    return marks.get(router);
  }

  /**
   * What a mark of the shards, read by any thread, comes to under the floors in force.
   *
   * @param mark negative if no shard has seen the router
   * @return negative if this sampler does not constrain it
   */
  public long capped(long router, long mark) {
    Mark board = marks.get(router);
    if (board == null || mark < 0) {
      return board == null ? mark : board.seq();
    }
    return Math.min(mark, board.seq());
  }

  /** Takes a mark that was just computed; may be below the last one (M4). */
  void put(long router, long seq, EpochOrder epoch) {
    Mark before = marks.get(router);
    if (before == null || before.seq() != seq || !before.epoch().equals(epoch)) {
      marks.put(router, new Mark(seq, epoch));
    }
  }

  /**
   * From now on the mark is at most {@code seq}. It is 0 if there was none: of what was accepted of
   * the router nothing may have come to a shard yet, and the mark must not be above that.
   */
  void lower(long router, long seq, EpochOrder epoch) {
    Mark before = marks.get(router);
    if (before == null) {
      marks.put(router, new Mark(0, epoch));
    } else if (before.seq() > seq) {
      marks.put(router, new Mark(seq, epoch));
    }
  }

  /** No router is constrained any more. */
  void clear() {
    marks.clear();
  }
}
