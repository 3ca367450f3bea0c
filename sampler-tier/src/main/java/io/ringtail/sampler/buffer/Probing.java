package io.ringtail.sampler.buffer;

/**
 * Open addressing with linear probing and backward-shift deletion over longs: the upper half of an
 * entry is its hash, of which the low bits are its place; 0 is none. The length is a power of two,
 * and never are all places taken. Threads: one an array.
 */
public final class Probing {
  private Probing() {}

  /** Puts an entry at the first free place from its own. */
  public static void insert(long[] into, long entry) {
    int mask = into.length - 1;
    int at = (int) (entry >>> 32) & mask;
    while (into[at] != 0) {
      at = (at + 1) & mask;
    }
    into[at] = entry;
  }

  /** Takes an entry out: those behind it move up, so that none is cut off from its place. */
  public static void remove(long[] from, int gap) {
    int mask = from.length - 1;
    int hole = gap;
    for (int at = (gap + 1) & mask; from[at] != 0; at = (at + 1) & mask) {
      int home = (int) (from[at] >>> 32) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        from[hole] = from[at];
        hole = at;
      }
    }
    from[hole] = 0;
  }

  /** The same entries in an array of another length. */
  public static long[] resized(long[] entries, int length) {
    long[] resized = new long[length];
    for (long entry : entries) {
      if (entry != 0) {
        insert(resized, entry);
      }
    }
    return resized;
  }
}
