package io.ringtail.sampler.policy;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Set;

/** A question about one span or resource, whose answers are or-ed over a trace into one bit. */
sealed interface SpanTest {
  /** The status code is one of {@code codes}: bit 0 unset, bit 1 ok, bit 2 error. */
  record Status(int codes) implements SpanTest {}

  /** The W3C sampled flag is set. */
  record SampledFlag() implements SpanTest {}

  /** A question about an attribute of the span or of its resource. */
  sealed interface Attribute extends SpanTest {
    String key();
  }

  /** The string is one of {@code values}; an empty one never is. */
  record StringIn(String key, Set<String> values) implements Attribute {}

  /**
   * Some pattern is found in the string (RE2, unanchored). A span's empty or non-string value is
   * passed over; a resource's reads as "".
   *
   * @param cacheSize results remembered, least recently used out first
   */
  record StringFinds(String key, List<Pattern> patterns, int cacheSize) implements Attribute {}

  /** The integer or double lies in {@code [min, max]}. */
  record NumberIn(String key, long min, long max) implements Attribute {}

  /** The boolean is {@code value}. */
  record BooleanIs(String key, boolean value) implements Attribute {}
}
