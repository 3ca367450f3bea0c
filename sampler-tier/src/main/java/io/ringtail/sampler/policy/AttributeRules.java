package io.ringtail.sampler.policy;

import com.google.re2j.Pattern;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Rules on attributes of spans and of their resources (not of scopes, events or links). With {@code
 * invertMatch} the trace is sampled if nothing in it matches, also when the key is nowhere.
 */
final class AttributeRules {
  static final int DEFAULT_CACHE_SIZE = 128;

  private AttributeRules() {}

  /**
   * @param regex whether {@code patterns} are searched for, unanchored, instead of comparing with
   *     {@code values}
   */
  record StringAttribute(
      String key,
      Set<String> values,
      List<Pattern> patterns,
      boolean regex,
      int cacheSize,
      boolean invertMatch)
      implements Rule {

    /** Equal to one of {@code values}; empty ones are passed over. */
    static StringAttribute exact(String key, List<String> values, boolean invertMatch) {
      Set<String> set = new LinkedHashSet<>(values);
      set.remove("");
      return new StringAttribute(key, set, List.of(), false, 0, invertMatch);
    }

    /**
     * Any pattern is found.
     *
     * @param cacheSize at most 0 means {@value AttributeRules#DEFAULT_CACHE_SIZE}
     */
    static StringAttribute regex(
        String key, List<Pattern> patterns, int cacheSize, boolean invertMatch) {
      int size = cacheSize <= 0 ? DEFAULT_CACHE_SIZE : cacheSize;
      return new StringAttribute(key, Set.of(), List.copyOf(patterns), true, size, invertMatch);
    }

    @Override
    public TracePredicate compile(SpanTests tests) {
      SpanTest test =
          regex
              ? new SpanTest.StringFinds(key, patterns, cacheSize)
              : new SpanTest.StringIn(key, values);
      return inverted(tests.any(test), invertMatch);
    }
  }

  /** The number lies in {@code [min, max]}. */
  record NumericAttribute(String key, long min, long max, boolean invertMatch) implements Rule {
    /** Bounds as configured, where 0 means that there is none. */
    static NumericAttribute of(String key, long minValue, long maxValue, boolean invertMatch) {
      return new NumericAttribute(
          key,
          minValue == 0 ? Long.MIN_VALUE : minValue,
          maxValue == 0 ? Long.MAX_VALUE : maxValue,
          invertMatch);
    }

    @Override
    public TracePredicate compile(SpanTests tests) {
      return inverted(tests.any(new SpanTest.NumberIn(key, min, max)), invertMatch);
    }
  }

  record BooleanAttribute(String key, boolean value, boolean invertMatch) implements Rule {
    @Override
    public TracePredicate compile(SpanTests tests) {
      return inverted(tests.any(new SpanTest.BooleanIs(key, value)), invertMatch);
    }
  }

  private static TracePredicate inverted(TracePredicate predicate, boolean invert) {
    return invert ? (trace, nowNanos) -> !predicate.samples(trace, nowNanos) : predicate;
  }
}
