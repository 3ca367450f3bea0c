package io.ringtail.sampler.handover;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.ring.SlotSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Slots that went to other owners in one epoch, and what this shard has of them. Threads: the
 * shard's.
 */
final class Loss {
  final EpochOrder order;
  final int sinceMillis;

  /** Those that were this sampler's: their traces, exports and whole decision cache go along. */
  SlotSet own;

  /**
   * Those that have another owner, all if nothing is this sampler's any more: replayable decisions
   * of them go along (protocol D4).
   */
  SlotSet moved;

  /** What is to be sent, by owner. */
  final Map<Peer, Share> shares = new LinkedHashMap<>();

  /** Batches sent and not answered, or waiting to be sent again. */
  int batches;

  /** Of these, the ones with decisions that were written since the decisions were last walked. */
  int decisionBatches;

  /** Exports and waiting kept traces of it at the last look. */
  int exports;

  /** Something of it has no owner now (protocol S3). */
  boolean ownerless;

  /** The owners have acknowledged all decisions. */
  boolean decisionsTaken;

  /** Some could not be read or stored: they are walked again. */
  boolean decisionsUnfit;

  /** An owner has refused by an epoch that is not in use here yet (protocol H7). */
  boolean awaitsView;

  Loss(EpochOrder order, SlotSet own, SlotSet moved, int sinceMillis) {
    this.order = order;
    this.own = own;
    this.moved = moved;
    this.sinceMillis = sinceMillis;
  }

  Share share(Peer owner) {
    return shares.computeIfAbsent(owner, Share::new);
  }

  /**
   * What was queued for its owners is queued anew.
   *
   * @param putBack given the kept traces that waited for an owner
   */
  void beginWalk(IntConsumer putBack) {
    decisionsTaken &= noDecisionsToSend();
    for (Share share : shares.values()) {
      while (!share.waiting.isEmpty()) {
        putBack.accept(share.waiting.take());
      }
      share.release();
    }
    shares.clear();
    decisionBatches = 0;
    decisionsUnfit = false;
    ownerless = false;
  }

  /** All its decisions are in its shares, or were. */
  void allDecisionsWalked() {
    boolean told = decisionBatches == 0 && noDecisionsToSend();
    decisionsTaken |= told && !awaitsView && !decisionsUnfit;
  }

  /** Whether nothing of it is left, once all is walked. */
  boolean isOver() {
    return exports == 0 && batches == 0 && nothingToSend() && !awaitsView && !ownerless;
  }

  private boolean noDecisionsToSend() {
    return shares.values().stream().allMatch(s -> s.decisions.isEmpty() && s.settled == null);
  }

  private boolean nothingToSend() {
    return shares.values().stream().allMatch(Share::isEmpty);
  }
}
