package io.ringtail.router.forward;

import io.ringtail.refusal.Refusal;
import io.ringtail.router.receive.Responder;
import io.ringtail.router.retain.Claim;
import io.ringtail.router.retain.Piece;
import io.ringtail.wording.Counted;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client's request until it is answered: with success when every part is accepted, or as the
 * first failure says. Threads: any.
 */
final class PendingRequest implements Errand {
  private final Responder responder;
  private final long deadlineNanos;
  private final long rejectedSpans;
  private final Runnable onAnswered;
  private final AtomicInteger openParts;
  private final AtomicBoolean answered = new AtomicBoolean();
  private final Claim claim = new Claim();

  /**
   * @param parts how many must be accepted, at least 1
   * @param rejectedSpans spans left out for their IDs
   * @param taken asked when nothing can fail any more; what it gives is run once, before the
   *     responder
   */
  PendingRequest(
      Responder responder,
      long deadlineNanos,
      int parts,
      long rejectedSpans,
      Supplier<Runnable> taken) {
    this.responder = responder;
    this.deadlineNanos = deadlineNanos;
    this.rejectedSpans = rejectedSpans;
    this.openParts = new AtomicInteger(parts);
    this.onAnswered = taken.get();
  }

  /** What a client is told of spans left out; empty if there are none. */
  static String rejection(long rejectedSpans) {
    return rejectedSpans == 0
        ? ""
        : Counted.of(rejectedSpans, "span")
            + " with an invalid trace ID or span ID (expected 16 and 8 bytes, not all zero)";
  }

  @Override
  public void partWasCut(int pieces) {
    openParts.addAndGet(pieces - 1);
  }

  @Override
  public void partWasAccepted() {
    if (openParts.decrementAndGet() == 0 && answered.compareAndSet(false, true)) {
      onAnswered.run();
      responder.accepted(rejectedSpans, rejection(rejectedSpans));
    }
  }

  /**
   * Answers with a refusal, unless there was an answer already. Its other parts are withdrawn where
   * they are met.
   *
   * @return whether this was the answer
   */
  @Override
  public boolean fail(Refusal refusal) {
    if (!end()) {
      return false;
    }
    responder.refused(refusal);
    return true;
  }

  /**
   * Ends it without an answer, unless there was one: who called answers by what is thrown. Its
   * parts are withdrawn where they are met.
   *
   * @return whether this was its end
   */
  boolean end() {
    if (!answered.compareAndSet(false, true)) {
      return false;
    }
    claim.end();
    onAnswered.run();
    return true;
  }

  @Override
  public boolean isAnswered() {
    return answered.get();
  }

  @Override
  public boolean isOverdue(long nowNanos) {
    return nowNanos - deadlineNanos >= 0;
  }

  @Override
  public @Nullable Piece piece() {
    return null;
  }

  @Override
  public Claim claim() {
    return claim;
  }
}
