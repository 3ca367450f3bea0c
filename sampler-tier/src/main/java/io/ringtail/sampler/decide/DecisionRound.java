package io.ringtail.sampler.decide;

import io.ringtail.link.Peer;
import io.ringtail.sampler.settle.Notes;
import io.ringtail.sampler.settle.Replayable;
import io.ringtail.sampler.settle.Seqs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The decisions of some {@value #ROUND_MILLIS} ms, in a batch for each heir. Batches open and close
 * in rounds, so that those of one round share their seqs. Threads: the shard's.
 */
public final class DecisionRound {
  public static final int ROUND_MILLIS = 50;

  private final Replayable replayable;
  private final Notes notes;

  /** Those that are not full, by heir index + 1. */
  private @Nullable PendingDecisions[] filling = new @Nullable PendingDecisions[1];

  private final List<PendingDecisions> open = new ArrayList<>();
  private long[] seenBefore = new long[0];
  private int begunMillis;

  DecisionRound(Replayable replayable, Notes notes) {
    this.replayable = replayable;
    this.notes = notes;
  }

  /** Between two rounds: heirs have other numbers from now on. */
  void owners(int count) {
    filling = new @Nullable PendingDecisions[count + 1];
  }

  /**
   * The batch for a decision.
   *
   * @param heirIndex negative if nobody is to be told
   */
  PendingDecisions batchFor(int heirIndex, @Nullable Peer heir, int nowMillis) {
    PendingDecisions present = filling[heirIndex + 1];
    if (present != null) {
      return present;
    }
    if (open.isEmpty()) {
      begunMillis = nowMillis;
      seenBefore = notes.surelySeen();
    }
    PendingDecisions made = new PendingDecisions(replayable.open(), heir);
    filling[heirIndex + 1] = made;
    open.add(made);
    return made;
  }

  /** A batch is full: it leaves before the round is over. */
  void remove(int heirIndex, PendingDecisions full) {
    filling[heirIndex + 1] = null;
    open.remove(full);
  }

  /** What was seen of routers before and during the round. */
  Seqs seqs() {
    return new Seqs(seenBefore, notes.covered());
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  boolean isOver(int nowMillis) {
    return !open.isEmpty() && nowMillis - begunMillis >= ROUND_MILLIS;
  }

  /** Ends the round. */
  List<PendingDecisions> close() {
    Arrays.fill(filling, null);
    List<PendingDecisions> round = List.copyOf(open);
    open.clear();
    return round;
  }

  /** Its batches. */
  Iterable<PendingDecisions> batches() {
    return open;
  }

  /** A router is gone. */
  void forget(int routerKey) {
    if (routerKey < seenBefore.length) {
      seenBefore[routerKey] = -1;
    }
  }
}
