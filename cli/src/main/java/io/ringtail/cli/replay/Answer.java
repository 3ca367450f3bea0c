package io.ringtail.cli.replay;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of sending one line once. */
sealed interface Answer {
  /** Taken, but for {@code rejectedSpans}, which must not be sent again. */
  record Accepted(long rejectedSpans, String message) implements Answer {}

  /**
   * Refused.
   *
   * @param retryAfter what the server asked for; null if it asked for nothing
   */
  record Refused(String reason, boolean retryable, @Nullable Duration retryAfter)
      implements Answer {}

  /**
   * No answer: no connection, a broken one, or none in time. Retryable.
   *
   * @param connected whether the endpoint was reached at least
   */
  record NoAnswer(String reason, boolean connected) implements Answer {}
}
