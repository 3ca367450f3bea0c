package io.ringtail.router.retain;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.ring.SlotSet;

/**
 * A sampler's question for a replay (protocol R1), and how far its answer is. It looks at every
 * part that was in the log when it was taken up, oldest first. Threads: the log's.
 */
final class Question {
  private final SamplerKey asker;
  private final long id;
  private final SlotSet slots;
  private final EpochOrder epoch;
  private boolean begun;
  private boolean ofAllSlots;
  private long next;
  private long until;
  private int openPieces;
  private long bytesOnTheirWay;

  Question(SamplerKey asker, long id, SlotSet slots, EpochOrder epoch) {
    this.asker = asker;
    this.id = id;
    this.slots = slots;
    this.epoch = epoch;
  }

  SamplerKey asker() {
    return asker;
  }

  long id() {
    return id;
  }

  SlotSet slots() {
    return slots;
  }

  /** No answer before this is in use at the router. */
  EpochOrder epoch() {
    return epoch;
  }

  /**
   * @param untilSeq newest seq in the log; 0 if that is empty
   */
  void begin(long untilSeq, boolean forAllSlots) {
    begun = true;
    until = untilSeq;
    ofAllSlots = forAllSlots;
  }

  boolean hasBegun() {
    return begun;
  }

  boolean isOfAllSlots() {
    return ofAllSlots;
  }

  /** The log keeps what is at or above this seq; {@link Floor#NONE} when all has been looked at. */
  long next() {
    return begun && next > until ? Floor.NONE : next;
  }

  /** Whether it is about a part of this seq. */
  boolean reaches(long seq) {
    return seq <= until;
  }

  /** All up to {@code seq} has been looked at. */
  void lookedAt(long seq) {
    next = seq + 1;
  }

  void pieceWasSent(int bytes) {
    openPieces++;
    bytesOnTheirWay += bytes;
  }

  void pieceWasAccepted(int bytes) {
    openPieces--;
    bytesOnTheirWay -= bytes;
  }

  long bytesOnTheirWay() {
    return bytesOnTheirWay;
  }

  boolean isAnswered() {
    return begun && next > until && openPieces == 0;
  }
}
