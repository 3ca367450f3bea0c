package io.ringtail.router.forward;

import io.ringtail.refusal.Refusal;
import io.ringtail.router.retain.SentFor;

/**
 * What a parcel is sent for: a client's request, which may fail, or a replay, which goes on until
 * it is accepted.
 */
interface Errand extends SentFor {
  /** Whether there is nothing to send it for any more. Threads: any. */
  boolean isAnswered();

  /** Threads: any. */
  boolean isOverdue(long nowNanos);

  /** One part is now {@code pieces}. Threads: the control loop. */
  void partWasCut(int pieces);

  /** Threads: any. */
  void partWasAccepted();

  /**
   * Ends it with a refusal, unless it had ended already. Threads: any.
   *
   * @return whether this was its end
   */
  boolean fail(Refusal refusal);
}
