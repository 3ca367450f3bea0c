package io.ringtail.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go and the Collector write them: {@code 500ms}, {@code 1.5h}, {@code 1m30s}. */
public final class DurationText {
  public static final String EXPECTED = "a duration with a unit: 500ms, 30s, 2m";

  private static final Pattern TERM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ns|us|µs|ms|s|m|h)");
  private static final Map<String, Long> UNIT_NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  private DurationText() {}

  public static Optional<Duration> parse(String given) {
    String text = given.strip();
    if (text.equals("0")) {
      return Optional.of(Duration.ZERO);
    }
    Matcher m = TERM.matcher(text);
    BigDecimal nanos = BigDecimal.ZERO;
    int end = 0;
    while (end < text.length() && m.find(end) && m.start() == end) {
      BigDecimal unit = BigDecimal.valueOf(UNIT_NANOS.getOrDefault(m.group(2), 0L));
      nanos = nanos.add(new BigDecimal(m.group(1)).multiply(unit));
      end = m.end();
    }
    boolean whole = end > 0 && end == text.length();
    boolean fits = nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
    return whole && fits ? Optional.of(Duration.ofNanos(nanos.longValue())) : Optional.empty();
  }

  /** As Go prints them, without units that are zero: {@code 1m30s}, {@code 250ms}. */
  public static String print(Duration d) {
    if (d.isZero()) {
      return "0s";
    }
    StringBuilder out = new StringBuilder();
    append(out, d.toHours(), "h");
    append(out, d.toMinutesPart(), "m");
    append(out, d.toSecondsPart(), "s");
    append(out, d.toMillisPart(), "ms");
    append(out, d.toNanosPart() / 1_000 % 1_000, "us");
    append(out, d.toNanosPart() % 1_000, "ns");
    return out.toString();
  }

  private static void append(StringBuilder out, long amount, String unit) {
    if (amount != 0) {
      out.append(amount).append(unit);
    }
  }
}
