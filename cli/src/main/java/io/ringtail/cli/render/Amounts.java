package io.ringtail.cli.render;

import io.ringtail.admin.v1.Level;
import java.util.Locale;

/** Figures short enough for a column, and long enough for a sentence. */
public final class Amounts {
  private static final String[] BINARY = {"", "K", "M", "G", "T", "P"};
  private static final String[] DECIMAL = {"", "k", "M", "G", "T", "P"};
  private static final int KIB = 1024;
  private static final int KILO = 1000;
  private static final double MINUTE = 60;
  private static final double HOUR = 3600;
  private static final double DAY = 86_400;

  private Amounts() {}

  /** {@code 12}, {@code 1.2k}, {@code 123k}, {@code 4.5M}. */
  public static String count(double amount) {
    return scaled(amount, KILO, DECIMAL);
  }

  /** As {@link #count(double)}. */
  public static String count(long amount) {
    return count((double) amount);
  }

  /** As {@link #bytes(double)}. */
  public static String bytes(long amount) {
    return bytes((double) amount);
  }

  /** {@code 12}, {@code 1.2K}, {@code 123M}: units of 1,024. */
  public static String bytes(double amount) {
    return scaled(amount, KIB, BINARY);
  }

  /** {@code 3.2 MiB}. */
  public static String bytesInWords(long bytes) {
    String text = bytes(bytes);
    char unit = text.charAt(text.length() - 1);
    return Character.isDigit(unit)
        ? text + " B"
        : text.substring(0, text.length() - 1) + " " + unit + "iB";
  }

  private static String scaled(double given, int step, String[] units) {
    double amount = given;
    int unit = 0;
    while (Math.round(amount) >= step && unit < units.length - 1) {
      amount /= step;
      unit++;
    }
    String digits = unit > 0 && amount < 9.95 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, digits, amount) + units[unit];
  }

  /** {@code 0.3G/4.0G}; without a limit what is used. */
  public static String bytes(Level level) {
    return bytes(level.getUsed())
        + (level.getCapacity() == 0 ? "" : "/" + bytes(level.getCapacity()));
  }

  public static String count(Level level) {
    return count(level.getUsed())
        + (level.getCapacity() == 0 ? "" : "/" + count(level.getCapacity()));
  }

  /** {@code 33.3%}. */
  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }

  /** {@code 4.2s}, {@code 43s}, {@code 7m}, {@code 3h}, {@code 12d}. */
  public static String seconds(double seconds) {
    if (seconds < 9.95) {
      return String.format(Locale.ROOT, "%.1fs", seconds);
    } else if (seconds < 2 * MINUTE) {
      return Math.round(seconds) + "s";
    } else if (seconds < 2 * HOUR) {
      return Math.round(seconds / MINUTE) + "m";
    }
    return seconds < 2 * DAY ? Math.round(seconds / HOUR) + "h" : Math.round(seconds / DAY) + "d";
  }
}
