package io.ringtail.sampler.settle;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Notes which decisions late spans have followed. These spans stand in the routers' logs above what
 * the decision covers, which may be forgotten before they are: then a replay of them would be
 * decided by itself. So the decision stays replayable, in {@link Replayable}, as long as they are
 * in a log.
 *
 * <p>Gathered in rounds of {@value #ROUND_MILLIS} ms, each a batch of its own that covers the
 * newest seqs of its spans; some 40 bytes for a trace and round. Threads: the shard's.
 */
public final class LateDecisions {
  public static final int ROUND_MILLIS = 100;

  private static final int NONE = Replayable.NONE;

  private final Replayable replayable;
  private final Notes notes;
  private final Deque<DecisionBatch> closed = new ArrayDeque<>();
  private final Followed followed = new Followed();
  private @Nullable DecisionBatch round;
  private int begunMillis;
  private long[] upTo = new long[0];
  private long[] seen = new long[0];

  public LateDecisions(Replayable replayable, Notes notes) {
    this.replayable = replayable;
    this.notes = notes;
  }

  /** A decision that is to be looked for; see the other one. */
  public Followed followed(int context, long hi, long lo, int policy, boolean keep) {
    return followed(replayable.find(context, hi, lo), context, hi, lo, policy, keep);
  }

  /**
   * A decision on a trace, to be told at once which spans have followed it: the next one is the
   * same object, as there is one for each late span.
   *
   * @param known where {@link Replayable#find} has the decision on the trace
   */
  public Followed followed(int known, int context, long hi, long lo, int policy, boolean keep) {
    followed.known = known;
    followed.context = context;
    followed.hi = hi;
    followed.lo = lo;
    followed.policy = policy;
    followed.keep = keep;
    return followed;
  }

  /** A decision on a trace, which spans have followed. */
  public final class Followed {
    private int known;
    private int context;
    private long hi;
    private long lo;
    private int policy;
    private boolean keep;

    private Followed() {}

    /**
     * A span of the trace has.
     *
     * @param seq by which a replay will name it
     */
    public void byPart(int routerKey, long seq, int nowMillis) {
      if (replayable.covers(known, keep, routerKey, seq)) {
        return;
      }
      int lately = lately();
      if (!replayable.covers(lately, keep, routerKey, seq)) {
        add(lately, nowMillis);
        raise(routerKey, seq);
      }
    }

    /** Spans that came by many parts have, all of which have been seen. */
    public void bySpansSeen(int nowMillis) {
      seen = notes.covered(seen);
      bySpansUpTo(seen, nowMillis);
    }

    /**
     * Another sampler says so.
     *
     * @return whether it is new, and to be kept as it came
     */
    public boolean isNew(Seqs seqs, int nowMillis) {
      if (lately() == NONE) {
        return !replayable.covers(known, keep, seqs.upTo());
      }
      bySpansUpTo(seqs.upTo(), nowMillis);
      return false;
    }

    private void bySpansUpTo(long[] seqs, int nowMillis) {
      if (replayable.covers(known, keep, seqs)) {
        return;
      }
      int lately = lately();
      if (!replayable.covers(lately, keep, seqs)) {
        add(lately, nowMillis);
        raise(seqs);
      }
    }

    /** Where late spans' decision on the trace is, none if there were none. */
    private int lately() {
      return known == NONE ? NONE : replayable.findLate(context, hi, lo);
    }

    private void add(int lately, int nowMillis) {
      DecisionBatch to = toAddTo(nowMillis);
      if (lately != NONE && replayable.batch(lately) == to) {
        return;
      }
      if (lately != NONE) {
        raise(replayable.batch(lately).seqs().upTo());
      }
      int place = replayable.add(to, context, hi, lo, policy, keep);
      var unused = replayable.index(to, place);
    }
  }

  /** The batch of the round, which may begin now. */
  private DecisionBatch toAddTo(int nowMillis) {
    DecisionBatch to = round;
    if (to != null && !to.isFull()) {
      return to;
    }
    close();
    DecisionBatch begun = replayable.openLate(null, 0);
    round = begun;
    begunMillis = nowMillis;
    return begun;
  }

  private void raise(long[] seqs) {
    for (int key = 0; key < seqs.length; key++) {
      if (seqs[key] >= 0) {
        raise(key, seqs[key]);
      }
    }
  }

  private void raise(int key, long seq) {
    if (key >= upTo.length) {
      int before = upTo.length;
      upTo = Arrays.copyOf(upTo, key + 1);
      Arrays.fill(upTo, before, key + 1, -1);
    }
    upTo[key] = Math.max(upTo[key], seq);
  }

  /** A router is gone. */
  public void forget(int routerKey) {
    if (routerKey < upTo.length) {
      upTo[routerKey] = -1;
    }
  }

  /** Ends a round that is old enough. */
  public void work(int nowMillis) {
    DecisionBatch present = round;
    if (present != null && nowMillis - begunMillis >= ROUND_MILLIS) {
      close();
    }
  }

  /** Ends the round: what is told from here on tells of it. */
  public void close() {
    DecisionBatch present = round;
    if (present != null) {
      round = null;
      replayable.close(present, new Seqs(new long[0], upTo));
      upTo = new long[0];
      closed.addLast(present);
    }
  }

  /** A batch that was closed and nobody was told of; null if there is none. */
  public @Nullable DecisionBatch poll() {
    return closed.poll();
  }

  /** Whether a round is going on. */
  public boolean isOpen() {
    return round != null;
  }
}
