package io.ringtail.sampler.export.send;

import io.ringtail.refusal.RetryAfter;
import java.time.Duration;
import java.time.Instant;

/** Which HTTP answers are sent again: OTLP specification 1.11.0, "OTLP/HTTP Response". */
final class HttpAnswer {
  private static final int MAX_MESSAGE = 200;

  private HttpAnswer() {}

  /**
   * @param retryAfter the header, or empty
   * @param now wall clock, for a date in {@code retryAfter}
   */
  static SendResult of(int status, byte[] body, String retryAfter, Instant now) {
    if (status >= 200 && status < 300) {
      return OtlpResponse.accepted(body);
    }
    String message = OtlpResponse.statusMessage(body);
    String why = "HTTP " + status + (message.isEmpty() ? "" : ": " + shortened(message));
    return switch (status) {
      case 429, 502, 503, 504 ->
          new SendResult.Retryable(why, RetryAfter.parse(retryAfter, now).orElse(Duration.ZERO));
      default -> new SendResult.Rejected(why, forContent(status));
    };
  }

  /** Too large, bad, or the server's own failure on it; not credentials, path, method or type. */
  private static boolean forContent(int status) {
    return switch (status) {
      case 400, 409, 413, 422, 500 -> true;
      default -> false;
    };
  }

  private static String shortened(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "…";
  }
}
