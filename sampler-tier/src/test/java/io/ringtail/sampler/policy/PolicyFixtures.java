package io.ringtail.sampler.policy;

import com.google.re2j.Pattern;
import java.util.List;

/** Policy sets for tests and benchmarks of other packages. */
public final class PolicyFixtures {
  private PolicyFixtures() {}

  /** Errors, over 1 s, 5 %, an exact attribute, and a veto by a pattern on another. */
  public static PolicySet five() {
    Rule health =
        AttributeRules.StringAttribute.regex(
            "url.path", List.of(Pattern.compile("/health")), 0, false);
    return TailSamplingConfig.of(
            new PolicySpec("errors", new TraceRules.StatusCode(4)),
            new PolicySpec("slow", new TraceRules.Latency(1000, 0)),
            new PolicySpec("some", new TraceRules.Probabilistic(5, "")),
            new PolicySpec(
                "tenant",
                AttributeRules.StringAttribute.exact(
                    "tenant.id", List.of("acme", "umbrella"), false)),
            new PolicySpec(
                "no-health", new Combinators.Drop(List.of(new PolicySpec("path", health)))))
        .compile();
  }

  /** As {@code ringtail dev}: none reads attributes. */
  public static PolicySet dev() {
    return TailSamplingConfig.of(
            new PolicySpec("errors", new TraceRules.StatusCode(4)),
            new PolicySpec("slow", new TraceRules.Latency(1000, 0)),
            new PolicySpec("some", new TraceRules.Probabilistic(5, "")))
        .compile();
  }
}
