package io.ringtail.sampler.export.send;

import java.time.Duration;

/** What became of one attempt to send. */
public sealed interface SendResult {
  /**
   * The receiver has it; not to be sent again.
   *
   * @param rejectedSpans spans it took no responsibility for (OTLP partial success)
   * @param message its words on that, or a warning; may be empty
   */
  record Accepted(long rejectedSpans, String message) implements SendResult {}

  /**
   * Not now: to be sent again.
   *
   * @param why for people
   * @param retryAfter not before, as the receiver asked; zero if it did not
   */
  record Retryable(String why, Duration retryAfter) implements SendResult {}

  /**
   * Never: must not be sent again.
   *
   * @param why for people
   * @param forContent whether a part of the request may be taken; not if who sends it, where to or
   *     how is refused
   */
  record Rejected(String why, boolean forContent) implements SendResult {}
}
