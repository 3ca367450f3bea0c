package io.ringtail.sampler.policy;

import io.ringtail.config.ConfigSection;
import java.time.Duration;
import java.util.List;

/**
 * The {@code tail_sampling:} block of an OpenTelemetry Collector config, read unchanged. Immutable.
 *
 * @param decisionWait from the first span of a trace to its decision
 * @param decisionWaitAfterRootReceived from the root span to the decision, if that is earlier; zero
 *     is off
 * @param numTraces most undecided traces
 * @param sampledCacheSize kept trace IDs remembered; 0 is off, {@link #FROM_BUDGET} if not set
 * @param nonSampledCacheSize dropped trace IDs remembered; 0 is off, {@link #FROM_BUDGET} if not
 *     set
 * @param sampleOnFirstMatch stop at the first policy that samples
 * @param maximumTraceSizeBytes encoded bytes of one trace beyond which it is finalised as not
 *     sampled at once; 0 is off
 * @param dropPendingTracesOnShutdown discard instead of decide what is open at a stop
 * @param blockOnOverflow refuse spans of new traces at {@code numTraces} instead of deciding the
 *     oldest early
 * @param numShards shards if {@code sampler.shards} does not say how many; 0 if not set
 * @param expectedNewTracesPerSec an allocation hint of the reference, read and not needed
 * @param policies in order, at least one
 */
public record TailSamplingConfig(
    Duration decisionWait,
    Duration decisionWaitAfterRootReceived,
    long numTraces,
    int sampledCacheSize,
    int nonSampledCacheSize,
    boolean sampleOnFirstMatch,
    long maximumTraceSizeBytes,
    boolean dropPendingTracesOnShutdown,
    boolean blockOnOverflow,
    int numShards,
    long expectedNewTracesPerSec,
    List<PolicySpec> policies) {

  /** Cache size when the config names none: the shard takes it from its byte budget. */
  public static final int FROM_BUDGET = -1;

  private static final Duration DECISION_WAIT = Duration.ofSeconds(30);
  private static final Duration MAX_WAIT = Duration.ofDays(1);
  private static final long NUM_TRACES = 50_000;
  private static final int MAX_SHARDS = 256;
  private static final String BLOCK = "tail_sampling";
  private static final String PROCESSORS = "processors";
  private static final String TRACE_COMPLETE = "trace-complete";
  private static final String SPAN_INGEST = "span-ingest";

  public TailSamplingConfig {
    policies = List.copyOf(policies);
  }

  /** The reference's defaults with one policy that keeps everything. */
  public static TailSamplingConfig defaults() {
    return of(new PolicySpec("always", new TraceRules.AlwaysSample()));
  }

  static TailSamplingConfig of(PolicySpec... policies) {
    return new TailSamplingConfig(
        DECISION_WAIT,
        Duration.ZERO,
        NUM_TRACES,
        FROM_BUDGET,
        FROM_BUDGET,
        false,
        0,
        false,
        false,
        0,
        0,
        List.of(policies));
  }

  /**
   * Reads the block {@code tail_sampling} at the top level of a file. Where a Collector has it,
   * under {@code processors}, it is not read, and told.
   */
  public static TailSamplingConfig readFrom(ConfigSection root) {
    if (!root.has(BLOCK) && root.hasForeign(PROCESSORS)) {
      ConfigSection processors = root.section(PROCESSORS);
      for (String name : processors.keys()) {
        if (name.equals(BLOCK) || name.startsWith(BLOCK + "/")) {
          processors.problem(
              name, "is not read here (expected at the top level of the file, as tail_sampling:)");
          return defaults();
        }
      }
    }
    return read(root.section(BLOCK));
  }

  /** Reads the block; whatever is wrong or not in this version is reported to the section. */
  public static TailSamplingConfig read(ConfigSection section) {
    ConfigSection cache = section.section("decision_cache");
    readStrategy(section);
    if (section.has("tail_storage")) {
      section.problem("tail_storage", "is not supported by this version (expected none)");
    }
    return new TailSamplingConfig(
        section.duration("decision_wait", DECISION_WAIT, Duration.ZERO, MAX_WAIT),
        section.duration(
            "decision_wait_after_root_received", Duration.ZERO, Duration.ZERO, MAX_WAIT),
        section.integer64("num_traces", NUM_TRACES, 1, Long.MAX_VALUE),
        cache.integer("sampled_cache_size", FROM_BUDGET, 0, Integer.MAX_VALUE),
        cache.integer("non_sampled_cache_size", FROM_BUDGET, 0, Integer.MAX_VALUE),
        section.bool("sample_on_first_match", false),
        section.integer64("maximum_trace_size_bytes", 0, 0, Long.MAX_VALUE),
        section.bool("drop_pending_traces_on_shutdown", false),
        section.bool("block_on_overflow", false),
        section.integer("num_shards", 0, 0, MAX_SHARDS),
        section.integer64("expected_new_traces_per_sec", 0, 0, Long.MAX_VALUE),
        RuleTypes.readAll(section));
  }

  private static void readStrategy(ConfigSection section) {
    String strategy = section.string("sampling_strategy", TRACE_COMPLETE);
    if (strategy.equals(SPAN_INGEST)) {
      section.problem(
          "sampling_strategy",
          "\"span-ingest\" is not supported by this version (supported: trace-complete)");
    } else if (!strategy.equals(TRACE_COMPLETE) && !strategy.isEmpty()) {
      section.problem("sampling_strategy", '"' + strategy + "\" (expected trace-complete)");
    }
  }

  /**
   * Compiles the policies. Called once for each shard: a set holds caches and limiters and belongs
   * to one thread.
   */
  public PolicySet compile() {
    return new CompiledPolicySet(policies, sampleOnFirstMatch);
  }
}
