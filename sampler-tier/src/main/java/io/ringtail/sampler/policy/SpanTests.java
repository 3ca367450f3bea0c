package io.ringtail.sampler.policy;

import java.util.LinkedHashMap;
import java.util.Map;

/** Gives each distinct span test a bit while a policy set is compiled. Threads: the compiler's. */
public final class SpanTests {
  private final Map<SpanTest, Integer> bits = new LinkedHashMap<>();

  SpanTests() {}

  /** The number of the test's bit; equal tests have the same. */
  int bit(SpanTest test) {
    Integer next = bits.size();
    Integer known = bits.putIfAbsent(test, next);
    return known == null ? next : known;
  }

  /** A predicate on the bit of {@code test}: whether any span or resource passed. */
  TracePredicate any(SpanTest test) {
    int bit = bit(test);
    int word = bit >>> 6;
    long mask = 1L << bit;
    return (trace, nowNanos) -> (trace.bits(word) & mask) != 0;
  }

  Map<SpanTest, Integer> bits() {
    return bits;
  }

  int words() {
    return Math.max(1, (bits.size() + Long.SIZE - 1) / Long.SIZE);
  }
}
