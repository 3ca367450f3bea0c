package io.ringtail.router.forward;

import io.ringtail.refusal.Refusal;
import io.ringtail.router.retain.Claim;
import io.ringtail.router.retain.Piece;

/** A client was told long ago that these spans are accepted: they have to be, some day (A6). */
record ReplayErrand(Piece piece) implements Errand {
  @Override
  public boolean isAnswered() {
    return false;
  }

  @Override
  public boolean isOverdue(long nowNanos) {
    return false;
  }

  @Override
  public void partWasCut(int pieces) {
    piece.partWasCut(pieces);
  }

  /** The log counts it, when it has it. */
  @Override
  public void partWasAccepted() {}

  @Override
  public Claim claim() {
    return piece.claim();
  }

  @Override
  public boolean fail(Refusal refusal) {
    return false;
  }
}
