package io.ringtail.cli.load;

/** Numbers that look random and are a function of what they belong to. Pure. */
final class Mix {
  private Mix() {}

  /** Of a seed and a number; a bijection of the number. Source: splitmix64's finalizer. */
  static long of(long seed, long number) {
    long z = seed + number * 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  /** As {@link #of}, never 0: an ID may not be. */
  static long id(long seed, long number) {
    long id = of(seed, number);
    return id == 0 ? 1 : id;
  }

  /** Whether a number is among a share of all. */
  static boolean isAmong(long mixed, double share) {
    return (mixed >>> 11) * 0x1p-53 < share;
  }
}
