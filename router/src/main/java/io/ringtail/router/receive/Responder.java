package io.ringtail.router.receive;

import io.ringtail.refusal.Refusal;

/** Answers one export request, exactly once. Threads: any. */
public interface Responder {
  /**
   * Every span but {@code rejectedSpans} is accepted by its owner.
   *
   * @param rejectedSpans spans with invalid IDs; above 0 the answer is a partial success
   * @param message why, in English; empty if none
   */
  void accepted(long rejectedSpans, String message);

  void refused(Refusal refusal);
}
