package io.ringtail.admin.findings;

import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.NodeStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Figures and names as sentences have them. */
final class Words {
  private static final int NAMED = 3;
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
  private static final int KIB = 1024;
  private static final double MINUTES_FROM = 120;

  private Words() {}

  /** {@code a, b, c and 4 more}. */
  static String names(List<String> nodes) {
    int more = nodes.size() - NAMED;
    if (more > 0) {
      return String.join(", ", nodes.subList(0, NAMED)) + " and " + more + " more";
    }
    if (nodes.size() == 1) {
      return nodes.get(0);
    }
    int last = nodes.size() - 1;
    return String.join(", ", nodes.subList(0, last)) + " and " + nodes.get(last);
  }

  /** {@code ""}, or {@code " (likewise 3 others)"}. */
  static String likewise(List<NodeStatus> worstFirst) {
    int others = worstFirst.size() - 1;
    return others == 0
        ? ""
        : others == 1 ? " (one other likewise)" : " (" + others + " others likewise)";
  }

  static List<NodeStatus> worstFirst(List<NodeStatus> nodes, ToDoubleFunction<NodeStatus> how) {
    List<NodeStatus> sorted = new ArrayList<>(nodes);
    sorted.sort(Comparator.comparingDouble(how).reversed());
    return sorted;
  }

  /** {@code 3.2 MiB}. */
  static String bytes(long bytes) {
    double amount = bytes;
    int unit = 0;
    while (amount >= KIB && unit < UNITS.length - 1) {
      amount /= KIB;
      unit++;
    }
    return unit == 0
        ? Math.round(amount) + " B"
        : String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit]);
  }

  /** {@code 1.2 of 4.0 GiB} in words: both with their unit. */
  static String bytes(Level level) {
    return bytes(level.getUsed()) + " of " + bytes(level.getCapacity());
  }

  /** {@code 43 s}, {@code 7 min}. */
  static String seconds(double seconds) {
    if (seconds >= MINUTES_FROM) {
      return Math.round(seconds / 60) + " min";
    }
    return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
  }

  /** What to do about what is over. */
  static String over(String remedy) {
    return "It is over; if it comes again: "
        + Character.toLowerCase(remedy.charAt(0))
        + remedy.substring(1);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  /** 0 if there is no limit. */
  static double share(Level level) {
    return level.getCapacity() == 0 ? 0 : (double) level.getUsed() / level.getCapacity();
  }
}
