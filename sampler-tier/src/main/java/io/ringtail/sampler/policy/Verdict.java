package io.ringtail.sampler.policy;

/**
 * What a policy set says of a trace. Instances are made when the set is compiled, none per trace.
 *
 * @param outcome keep, drop, or drop by veto
 * @param policy name of the credited policy; empty if none voted
 */
public record Verdict(Outcome outcome, String policy) {
  public enum Outcome {
    SAMPLED,
    NOT_SAMPLED,
    DROPPED
  }

  public boolean keep() {
    return outcome == Outcome.SAMPLED;
  }
}
