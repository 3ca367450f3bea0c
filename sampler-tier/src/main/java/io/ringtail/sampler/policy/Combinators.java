package io.ringtail.sampler.policy;

import java.util.List;

/** Rules made of other rules. */
final class Combinators {
  private Combinators() {}

  /** All say Sampled; an empty list does. */
  record And(List<PolicySpec> subPolicies) implements Rule {
    And {
      subPolicies = List.copyOf(subPolicies);
    }

    @Override
    public TracePredicate compile(SpanTests tests) {
      return all(subPolicies, tests);
    }

    @Override
    public boolean stateful() {
      return anyStateful(subPolicies);
    }
  }

  /** A veto: if all say Sampled, the trace is dropped whatever others vote. */
  record Drop(List<PolicySpec> subPolicies) implements Rule {
    Drop {
      subPolicies = List.copyOf(subPolicies);
    }

    @Override
    public TracePredicate compile(SpanTests tests) {
      return all(subPolicies, tests);
    }

    @Override
    public boolean stateful() {
      return anyStateful(subPolicies);
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

  private static boolean anyStateful(List<PolicySpec> policies) {
    return policies.stream().anyMatch(p -> p.rule().stateful());
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
