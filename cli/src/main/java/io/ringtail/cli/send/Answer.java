package io.ringtail.cli.send;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What came of sending one request once. */
public sealed interface Answer {
  /** Why it was not taken as a whole; empty if it was. */
  String reason();

  /** Taken, but for {@code rejectedSpans}, which must not be sent again. */
  record Accepted(long rejectedSpans, String message) implements Answer {
    @Override
    public String reason() {
      return message;
    }
  }

  /**
   * Refused.
   *
   * @param retryAfter what the server asked for; null if it asked for nothing
   */
  record Refused(String reason, boolean retryable, @Nullable Duration retryAfter)
      implements Answer {}

  /**
   * No answer: no connection, a broken one, none in time, or one of another protocol. Retryable.
   *
   * @param connected whether an endpoint of this protocol was reached at least
   */
  record NoAnswer(String reason, boolean connected) implements Answer {}
}
