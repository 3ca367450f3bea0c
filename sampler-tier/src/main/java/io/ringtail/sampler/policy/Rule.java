package io.ringtail.sampler.policy;

/**
 * A policy type with its settings: a value that can be compiled. A new type is a record that
 * implements this and one line in {@link RuleTypes}. Immutable.
 */
public interface Rule {
  /**
   * Makes the predicate one shard evaluates. What it must know of single spans or resources it asks
   * for by {@link SpanTests#bit}; equal tests share a bit.
   */
  TracePredicate compile(SpanTests tests);

  /**
   * Whether evaluating it changes what it says later (a limiter), so that it must be asked also
   * about traces another policy keeps.
   */
  default boolean stateful() {
    return false;
  }
}
