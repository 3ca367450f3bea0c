package io.ringtail.sampler.account;

import com.codahale.metrics.Counter;
import io.ringtail.sampler.policy.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Credited policies by number, as traces and remembered decisions keep them, with their counters.
 * Threads: the shard's.
 */
public final class PolicyNames {
  private final SamplerMetrics metrics;
  private final Map<Verdict, Integer> numbers = new HashMap<>();
  private final List<Verdict> verdicts = new ArrayList<>();
  private final List<Counter> counters = new ArrayList<>();

  public PolicyNames(SamplerMetrics metrics) {
    this.metrics = metrics;
  }

  /** Counts a verdict and gives its policy's number. */
  public int decided(Verdict verdict) {
    int number = number(verdict);
    counters.get(number).inc();
    return number;
  }

  /** The number of a verdict's policy; another sampler may have given it. */
  public int number(Verdict verdict) {
    Integer known = numbers.get(verdict);
    return known != null ? known : add(verdict);
  }

  public Verdict verdict(int number) {
    return verdicts.get(number);
  }

  private int add(Verdict verdict) {
    verdicts.add(verdict);
    counters.add(metrics.decidedTraces(verdict.policy(), verdict.outcome()));
    numbers.put(verdict, verdicts.size() - 1);
    return verdicts.size() - 1;
  }

  public String name(int number) {
    return verdicts.get(number).policy();
  }
}
