package io.ringtail.ring;

import io.ringtail.trace.TraceHash;
import java.util.Arrays;

/**
 * The order in which each slot prefers the members. A preference is one long, {@code cost << 16 |
 * member}: lower is preferred, and of equal costs the lower member index, which is the lower node
 * id. Threads: any, once built.
 */
final class Preferences {
  /** Ranks kept for each slot; at 300 members some slots in ten thousand ask for more. */
  private static final int KEPT = 8;

  private static final int MEMBER_BITS = 16;
  static final int MEMBER_MASK = (1 << MEMBER_BITS) - 1;

  /** Before every preference. */
  static final long START = -1;

  private final Score score;
  private final int kept;
  private final long[] best;

  Preferences(Score score) {
    this.score = score;
    kept = Math.min(KEPT, score.members());
    best = new long[TraceHash.SLOTS * kept];
    long[] row = new long[kept];
    for (int slot = 0; slot < TraceHash.SLOTS; slot++) {
      rank(slot, row);
      System.arraycopy(row, 0, best, slot * kept, kept);
    }
  }

  static int member(long preference) {
    return (int) preference & MEMBER_MASK;
  }

  static long cost(long preference) {
    return preference >>> MEMBER_BITS;
  }

  static long of(long cost, int member) {
    return cost << MEMBER_BITS | member;
  }

  /**
   * The preference next after one of this slot.
   *
   * @return {@link Long#MAX_VALUE} if there is none
   */
  long next(int slot, long after) {
    int from = slot * kept;
    for (int i = from; i < from + kept; i++) {
      if (best[i] > after) {
        return best[i];
      }
    }
    return kept == score.members() ? Long.MAX_VALUE : scan(slot, after);
  }

  private long scan(int slot, long after) {
    long slotKey = Score.slotKey(slot);
    long next = Long.MAX_VALUE;
    for (int m = 0; m < score.members(); m++) {
      long preference = of(score.cost(score.hash(slotKey, m), m), m);
      if (preference > after && preference < next) {
        next = preference;
      }
    }
    return next;
  }

  private void rank(int slot, long[] row) {
    Arrays.fill(row, Long.MAX_VALUE);
    long slotKey = Score.slotKey(slot);
    int last = row.length - 1;
    long limit = Long.MAX_VALUE;
    int n = score.members();
    for (int m = 0; m < n; m++) {
      long hash = score.hash(slotKey, m);
      if (score.isAbove(hash, m, limit)) {
        continue;
      }
      long preference = of(score.cost(hash, m), m);
      if (preference < row[last]) {
        insert(row, preference);
        limit = row[last] == Long.MAX_VALUE ? Long.MAX_VALUE : Score.limit(cost(row[last]));
      }
    }
  }

  private static void insert(long[] row, long preference) {
    int i = row.length - 1;
    for (; i > 0 && row[i - 1] > preference; i--) {
      row[i] = row[i - 1];
    }
    row[i] = preference;
  }
}
