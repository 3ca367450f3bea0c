package io.ringtail.trace;

/**
 * Maps a trace ID to its slot on the ring. Routers and samplers call the same function, so that
 * both know the owner of a span without asking. Threads: any; pure.
 */
public final class TraceHash {
  /** The ring has 2^18 slots. */
  public static final int SLOT_BITS = 18;

  public static final int SLOTS = 1 << SLOT_BITS;

  private static final long SEED = 0x52696e677461696cL; // "Ringtail"
  private static final long M1 = 0x9e3779b97f4a7c15L;
  private static final long M2 = 0xbf58476d1ce4e5b9L;
  private static final long M3 = 0x94d049bb133111ebL;

  private TraceHash() {}

  /**
   * Mixes all 16 bytes: 64-bit IDs have a zero half, X-Ray IDs begin with a clock, and the low 56
   * bits drive probability sampling, so no half may be left out. One multiplication folds the first
   * half, the finalizer of SplitMix64 follows; without its first shift IDs that differ in the top
   * bits of the second half only crowd some slots.
   *
   * @param hi bytes 0..7 of the ID, big-endian
   * @param lo bytes 8..15 of the ID, big-endian
   */
  public static long mix(long hi, long lo) {
    long x = (hi ^ SEED) * M1;
    x ^= x >>> 32;
    x ^= lo;
    x = (x ^ (x >>> 30)) * M2;
    x = (x ^ (x >>> 27)) * M3;
    return x ^ (x >>> 31);
  }

  /** The slot of a trace ID, 0 to {@link #SLOTS} − 1. */
  public static int slot(long hi, long lo) {
    return (int) (mix(hi, lo) >>> (Long.SIZE - SLOT_BITS));
  }
}
