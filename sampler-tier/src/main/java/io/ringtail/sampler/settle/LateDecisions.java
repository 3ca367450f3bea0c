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
  private @Nullable DecisionBatch round;
  private int begunMillis;
  private long[] upTo = new long[0];

  public LateDecisions(Replayable replayable, Notes notes) {
    this.replayable = replayable;
    this.notes = notes;
  }

  /** A decision on a trace. */
  public record Followed(int context, long hi, long lo, int policy, boolean keep) {}

  /**
   * A span of a trace has followed the decision on it.
   *
   * @param seq by which a replay will name it
   */
  public void byPart(Followed decision, int routerKey, long seq, int nowMillis) {
    if (!replayable.covers(decision, routerKey, seq)) {
      add(decision, nowMillis);
      raise(routerKey, seq);
    }
  }

  /** Spans that came by many parts, all of which have been seen, have followed it. */
  public void bySpansSeen(Followed decision, int nowMillis) {
    bySpansUpTo(decision, notes.covered(), nowMillis);
  }

  /**
   * Another sampler says so.
   *
   * @return whether it is new, and to be kept as it came
   */
  public boolean isNew(Followed decision, Seqs seqs, int nowMillis) {
    if (replayable.findLate(decision) == NONE) {
      return !replayable.covers(decision, seqs);
    }
    bySpansUpTo(decision, seqs.upTo(), nowMillis);
    return false;
  }

  private void bySpansUpTo(Followed decision, long[] seqs, int nowMillis) {
    if (!replayable.covers(decision, new Seqs(new long[0], seqs))) {
      add(decision, nowMillis);
      raise(seqs);
    }
  }

  private void add(Followed decision, int nowMillis) {
    DecisionBatch to = round;
    if (to != null && to.isFull()) {
      close();
      to = null;
    }
    if (to == null) {
      to = replayable.openLate(null, 0);
      round = to;
      begunMillis = nowMillis;
    }
    int before = replayable.findLate(decision);
    if (before != NONE && replayable.batch(before) == to) {
      return;
    }
    if (before != NONE) {
      raise(replayable.batch(before).seqs().upTo());
    }
    int place =
        replayable.add(
            to, decision.context, decision.hi, decision.lo, decision.policy, decision.keep);
    var unused = replayable.index(to, place);
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
