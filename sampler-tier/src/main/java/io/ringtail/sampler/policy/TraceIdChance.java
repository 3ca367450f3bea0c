package io.ringtail.sampler.policy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * Keeps a share of all trace IDs, chosen by hash: FNV-1a over the salt and the 16 bytes of the ID,
 * kept if unsigned at most the threshold. Equal for every node and for the Collector's tail
 * sampling processor, whose threshold arithmetic is repeated to the last bit. Threads: any; pure.
 */
final class TraceIdChance {
  static final String DEFAULT_SALT = "default-hash-seed";

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;
  private static final BigInteger MAX =
      BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

  private final long saltHash;
  private final long threshold;

  private TraceIdChance(long saltHash, long threshold) {
    this.saltHash = saltHash;
    this.threshold = threshold;
  }

  static TraceIdChance of(double percentage, String salt) {
    byte[] bytes = (salt.isEmpty() ? DEFAULT_SALT : salt).getBytes(StandardCharsets.UTF_8);
    long hash = FNV_OFFSET;
    for (byte b : bytes) {
      hash = (hash ^ (b & 0xff)) * FNV_PRIME;
    }
    return new TraceIdChance(hash, threshold(percentage));
  }

  boolean keeps(long hi, long lo) {
    return Long.compareUnsigned(hash(hi, lo), threshold) <= 0;
  }

  long hash(long hi, long lo) {
    return fold(fold(saltHash, hi), lo);
  }

  private static long fold(long hash, long word) {
    long h = hash;
    for (int shift = 56; shift >= 0; shift -= 8) {
      h = (h ^ (word >>> shift & 0xff)) * FNV_PRIME;
    }
    return h;
  }

  /**
   * The unsigned threshold: (2^64 − 1) × (percentage / 100 as a double), rounded to a 64-bit
   * significand, half to even, then truncated; 0 below nothing, 2^64 − 1 above all.
   */
  static long threshold(double percentage) {
    double ratio = percentage / 100;
    if (!(ratio > 0)) {
      return 0;
    }
    if (ratio >= 1) {
      return -1;
    }
    // A double is an integer over a power of two, so the product is too: scaled = product ×
    // 2^scale.
    BigDecimal exact = new BigDecimal(ratio);
    int scale = Math.max(0, 52 - Math.getExponent(ratio));
    BigInteger significand =
        exact.multiply(new BigDecimal(BigInteger.ONE.shiftLeft(scale))).toBigInteger();
    BigInteger product = roundTo64Bits(significand.multiply(MAX));
    return product.shiftRight(scale).longValue();
  }

  private static BigInteger roundTo64Bits(BigInteger value) {
    int excess = value.bitLength() - Long.SIZE;
    if (excess <= 0) {
      return value;
    }
    BigInteger kept = value.shiftRight(excess);
    BigInteger lost = value.subtract(kept.shiftLeft(excess));
    int half = lost.compareTo(BigInteger.ONE.shiftLeft(excess - 1));
    boolean up = half > 0 || (half == 0 && kept.testBit(0));
    return (up ? kept.add(BigInteger.ONE) : kept).shiftLeft(excess);
  }
}
