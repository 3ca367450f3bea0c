package io.ringtail.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word somebody most likely meant. */
final class Nearest {
  private Nearest() {}

  /** The known word within two edits (one, for words up to four letters), if any. */
  static Optional<String> to(String given, Collection<String> known) {
    int allowed = given.length() <= 4 ? 1 : 2;
    String plain = given.replace('_', '-');
    return known.stream()
        .filter(k -> distance(plain, k.replace('_', '-')) <= allowed)
        .min(Comparator.comparingInt(k -> distance(given, k)));
  }

  /** Levenshtein, one row at a time. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
