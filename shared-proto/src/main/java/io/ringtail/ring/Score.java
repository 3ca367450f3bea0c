package io.ringtail.ring;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Weighted rendezvous scores, as costs: the lower the cost, the higher the score. Threads: any;
 * immutable.
 */
final class Score {
  /*
   * A slot and a member hash to a uniform u in (0, 1). The member with the least −log2(u) / weight
   * wins with probability weight / Σ weight (Schindelhauer and Schomaker 2005), and removing one
   * member leaves the order of the others as it was.
   *
   * −log2 comes from the count of leading zeros and a table of 2^11 chords of log2 over [1, 2), made
   * by repeated squaring, in units of 2^-42. A chord ends exactly at u = 1, where costs are decided,
   * so that the error there is relative, below 2^-11. The division by the weight is one multiplyHigh
   * with 2^62 / weight. No floating point: every JVM must come to the same bytes.
   *
   * The 61 bits of a cost are rounded to 41 significant bits with an exponent, order kept, so that
   * cost and member, or cost and slot, fit in one long and compare as one.
   */
  private static final int LOG_BITS = 42;
  private static final int INDEX_BITS = 11;
  private static final int STEP_BITS = 30;
  private static final long STEP_MASK = (1L << STEP_BITS) - 1;
  private static final int MANTISSA_BITS = 40;
  private static final long[] ONE_MINUS_LOG2 = oneMinusLog2();

  /** A chord is off by at most 3 units of 2^-42, which is this much cost at weight 1. */
  private static final long ROUNDING = 1L << 15;

  private final long[] memberKeys;
  private final long[] inverses;
  private final long[] boundFactors;

  Score(List<RingMember> members) {
    int n = members.size();
    memberKeys = new long[n];
    inverses = new long[n];
    boundFactors = new long[n];
    for (int m = 0; m < n; m++) {
      RingMember member = members.get(m);
      memberKeys[m] = memberKey(member.nodeId());
      inverses[m] = (1L << 62) / member.weight();
      boundFactors[m] = inverses[m] / 16 * 23;
    }
  }

  int members() {
    return memberKeys.length;
  }

  /** Of UTF-8 bytes; FarmHash's fingerprint is fixed for ever. */
  private static long memberKey(String nodeId) {
    return mix(Hashing.farmHashFingerprint64().hashString(nodeId, StandardCharsets.UTF_8).asLong());
  }

  static long slotKey(int slot) {
    return mix((slot + 1) * 0x9e3779b97f4a7c15L);
  }

  /** The hash of a slot and a member: −u on a scale of 2^64. */
  long hash(long slotKey, int member) {
    return mix(slotKey + memberKeys[member]);
  }

  /** The cost of a hash for a member, 0 to 2^45 − 1. */
  long cost(long hash, int member) {
    return round(Math.multiplyHigh(minusLog2(hash) << 15, inverses[member]));
  }

  /** Whether the cost is certainly above the one {@code limit} was made of; cheaper than it. */
  boolean isAbove(long hash, int member, long limit) {
    // −log2(u) >= (1 − u) / ln 2, of which 23/16 < 1/ln 2 leaves a margin for rounding
    return Math.multiplyHigh(~hash >>> 1, boundFactors[member]) > limit;
  }

  /** The limit for {@link #isAbove} that lets pass every cost up to this one. */
  static long limit(long cost) {
    long shift = Math.max(0, (cost >>> MANTISSA_BITS) - 1);
    long ceiling = ((cost - (shift << MANTISSA_BITS) + 1) << shift) + ROUNDING;
    return ceiling >= 1L << 57 ? Long.MAX_VALUE : ceiling << 6;
  }

  private static long round(long cost) {
    int shift = Math.max(0, 63 - MANTISSA_BITS - Long.numberOfLeadingZeros(cost));
    return ((long) shift << MANTISSA_BITS) + (cost >>> shift);
  }

  /** −log2(hash / 2^64) in units of 2^-42; below 2^48. */
  static long minusLog2(long hash) {
    long u = hash | 1;
    int zeros = Long.numberOfLeadingZeros(u);
    long fraction = u << zeros << 1;
    int i = (int) (fraction >>> (Long.SIZE - INDEX_BITS));
    long step = (fraction >>> (Long.SIZE - INDEX_BITS - STEP_BITS)) & STEP_MASK;
    long from = ONE_MINUS_LOG2[i];
    return ((long) zeros << LOG_BITS)
        + from
        - (((from - ONE_MINUS_LOG2[i + 1]) * step) >>> STEP_BITS);
  }

  private static long[] oneMinusLog2() {
    int chords = 1 << INDEX_BITS;
    long[] table = new long[chords + 1];
    for (int i = 0; i < chords; i++) {
      table[i] = (1L << LOG_BITS) - log2((1L << 61) + ((long) i << (61 - INDEX_BITS)));
    }
    return table;
  }

  /** log2 of x in [1, 2), given in units of 2^-61, one bit a squaring. */
  private static long log2(long x) {
    long log = 0;
    for (int bit = 0; bit < LOG_BITS; bit++) {
      x = (Math.multiplyHigh(x, x) << 3) | ((x * x) >>> 61);
      log <<= 1;
      if (x >= 1L << 62) {
        x >>>= 1;
        log |= 1;
      }
    }
    return log;
  }

  /** MurmurHash3's finalizer with the constants of Stafford's variant 13. */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
