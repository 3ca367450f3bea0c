package io.ringtail.sampler.policy;

import java.util.List;

/** Rules made of other rules. */
final class Combinators {
  private Combinators() {}

  /** Sampled if all say so; an empty list does. */
  private interface All extends Rule {
    List<PolicySpec> subPolicies();

    @Override
    default TracePredicate compile(SpanTests tests) {
      return all(subPolicies(), tests);
    }

    @Override
    default boolean stateful() {
      return subPolicies().stream().anyMatch(p -> p.rule().stateful());
    }
  }

  /** All say Sampled. */
  record And(List<PolicySpec> subPolicies) implements All {
    And {
      subPolicies = List.copyOf(subPolicies);
    }
  }

  /** A veto: if all say Sampled, the trace is dropped whatever others vote. */
  record Drop(List<PolicySpec> subPolicies) implements All {
    Drop {
      subPolicies = List.copyOf(subPolicies);
    }
  }

  record Not(PolicySpec subPolicy) implements Rule {
    @Override
    public TracePredicate compile(SpanTests tests) {
      TracePredicate predicate = subPolicy.rule().compile(tests);
      return (trace, nowNanos) -> !predicate.samples(trace, nowNanos);
    }

    @Override
    public boolean stateful() {
      return subPolicy.rule().stateful();
    }
  }

  private static TracePredicate all(List<PolicySpec> policies, SpanTests tests) {
    TracePredicate[] predicates =
        policies.stream().map(p -> p.rule().compile(tests)).toArray(TracePredicate[]::new);
    return (trace, nowNanos) -> {
      for (TracePredicate predicate : predicates) {
        if (!predicate.samples(trace, nowNanos)) {
          return false;
        }
      }
      return true;
    };
  }
}
