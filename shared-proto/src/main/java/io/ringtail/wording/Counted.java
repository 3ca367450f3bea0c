package io.ringtail.wording;

import java.util.Locale;

/**
 * Numbers of things. Nouns whose plural is no {@code -s}, or {@code -es} after ch, are not ours.
 */
public final class Counted {
  private Counted() {}

  /**
   * {@code 1 trace}, {@code 12,345 traces}, {@code 0 batches}.
   *
   * @param one the noun for one of them; only its last word changes
   */
  public static String of(long n, String one) {
    return column(1, n, one);
  }

  /**
   * As {@link #of}, for columns.
   *
   * @param width of the number, which stands at the right of it
   */
  public static String column(int width, long n, String one) {
    String noun = n == 1 ? one : one + (one.endsWith("ch") ? "es" : "s");
    return String.format(Locale.ROOT, "%" + width + "s %s", number(n), noun);
  }

  /**
   * As {@link #of}, by a unit as metrics and reports have it.
   *
   * @param many the noun for many of them
   */
  public static String ofUnit(long n, String many) {
    int plural = many.endsWith("ches") ? 2 : 1;
    return of(n, many.substring(0, many.length() - plural));
  }

  /** {@code 12,345}. */
  public static String number(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }
}
