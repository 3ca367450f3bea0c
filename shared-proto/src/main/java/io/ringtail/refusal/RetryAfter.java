package io.ringtail.refusal;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Optional;

/**
 * The header {@code Retry-After} of another server's answer: seconds or a date (RFC 9110, 10.2.3),
 * of which a recipient has to read three forms (5.6.7). Pure. Threads: any.
 */
public final class RetryAfter {
  private static final int DIGITS_OF_A_LONG = 18;

  /** {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
  private static final DateTimeFormatter FIXED =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH);

  /** {@code Sun Nov 6 08:49:37 1994}, the day padded to two places with a blank. */
  private static final DateTimeFormatter ASCTIME =
      DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.ENGLISH);

  /** A year of two digits is at most so far ahead, or it is one of the past. */
  private static final int YEARS_AHEAD = 50;

  private RetryAfter() {}

  /**
   * Reads its value.
   *
   * @param now for a date, by the wall clock
   * @return how long to wait, however long that is; zero for a date that is over; empty if it is
   *     neither seconds nor a date
   */
  public static Optional<Duration> parse(String value, Instant now) {
    String text = value.strip();
    if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.of(seconds(text));
    }
    return date(text, now)
        .map(then -> then.isAfter(now) ? Duration.between(now, then) : Duration.ZERO);
  }

  private static Duration seconds(String digits) {
    String significant = digits.replaceFirst("^0+(?=.)", "");
    return Duration.ofSeconds(
        significant.length() > DIGITS_OF_A_LONG ? Long.MAX_VALUE : Long.parseLong(significant));
  }

  private static Optional<Instant> date(String text, Instant now) {
    return date(text, FIXED)
        .or(() -> date(text, ASCTIME))
        .or(() -> date(text, rfc850(now.atOffset(ZoneOffset.UTC).getYear())));
  }

  private static Optional<Instant> date(String text, DateTimeFormatter form) {
    try {
      return Optional.of(LocalDateTime.parse(text, form).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** {@code Sunday, 06-Nov-94 08:49:37 GMT}. */
  private static DateTimeFormatter rfc850(int thisYear) {
    return new DateTimeFormatterBuilder()
        .appendPattern("EEEE, dd-MMM-")
        .appendValueReduced(ChronoField.YEAR, 2, 2, thisYear + YEARS_AHEAD - 99)
        .appendPattern(" HH:mm:ss 'GMT'")
        .toFormatter(Locale.ENGLISH);
  }
}
