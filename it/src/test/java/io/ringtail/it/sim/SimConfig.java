package io.ringtail.it.sim;

import io.ringtail.config.ConfigFile;
import io.ringtail.router.forward.ForwardConfig;
import io.ringtail.router.retain.RetentionConfig;
import io.ringtail.router.retain.RetentionConfig.WhenFull;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.shard.SimShardAccess;
import io.ringtail.sampler.store.ShardConfig;
import java.time.Duration;

/**
 * How the processes of a simulation are set up.
 *
 * @param errorsOnly keeps exactly the traces with an error; else all
 * @param exportRoom kept traces a sampler's export queue takes
 * @param log of each router
 * @param rules those in force
 */
record SimConfig(
    ShardConfig shards,
    TailSamplingConfig tail,
    boolean errorsOnly,
    int exportRoom,
    RetentionConfig log,
    Rules rules) {
  private static final RetentionConfig ROOMY_LOG =
      new RetentionConfig(8 << 20, WhenFull.FORGET, Duration.ofSeconds(40));

  static final SimConfig ERRORS = of(true, "1s", "4MiB");
  static final SimConfig ALL = of(false, "1s", "4MiB");

  private static final int FEW = 2;
  private static final int SLOW_BYTES = 2 << 10;

  private static final SimConfig FORGETFUL_ERRORS = of(true, "1s", "4MiB", FEW);
  private static final SimConfig FORGETFUL_ALL = of(false, "1s", "4MiB", FEW);

  static SimConfig of(boolean errorsOnly) {
    return errorsOnly ? ERRORS : ALL;
  }

  static SimConfig of(boolean errorsOnly, String wait, String bytes) {
    return of(errorsOnly, wait, bytes, 4096);
  }

  /** Remembers next to no decision. */
  static SimConfig tinyCache(boolean errorsOnly) {
    return errorsOnly ? FORGETFUL_ERRORS : FORGETFUL_ALL;
  }

  /** Its memory is full when the backend takes nothing for some seconds. */
  static SimConfig tight(boolean errorsOnly) {
    SimConfig roomy = of(errorsOnly, "1s", "4MiB", 512);
    return roomy.withMemory(512 << 10, roomy.shards.highWater());
  }

  SimConfig withHighWater(double share) {
    return withMemory(shards.maxBufferedBytes(), share);
  }

  private SimConfig withMemory(long bytes, double highWater) {
    return new SimConfig(
        new ShardConfig(
            shards.shards(),
            bytes,
            highWater,
            shards.queuedBatches(),
            shards.maxTraceSpans(),
            shards.maxTraceBytes()),
        tail,
        errorsOnly,
        exportRoom,
        log,
        rules);
  }

  /** Handoffs and replays have little under way at once, so they last. */
  SimConfig slowly() {
    return paced(SLOW_BYTES);
  }

  /** The same for spans of some KB: one by one they would last longer than any grace. */
  SimConfig slowlyWithLargeSpans() {
    return paced(4 * SLOW_BYTES);
  }

  private SimConfig paced(int bytes) {
    return new SimConfig(
        SimShardAccess.paced(shards, bytes, 2L * bytes),
        tail,
        errorsOnly,
        exportRoom,
        new RetentionConfig(
            log.maxBytes(), log.whenFull(), log.cover(), log.memoryBytes(), 2L * bytes),
        rules);
  }

  /** Logs have so little room that they may be full, and refuse what is new then. */
  SimConfig refusingAbove(long logBytes) {
    RetentionConfig little =
        new RetentionConfig(
            logBytes, WhenFull.REFUSE, log.cover(), log.memoryBytes(), log.replayBytes());
    return new SimConfig(
        shards,
        tail,
        errorsOnly,
        exportRoom,
        little.within(Long.MAX_VALUE, ForwardConfig.defaults().maxBytesHeld()),
        rules);
  }

  /** Whether nothing that a sender was told of may leave a log before it is settled. */
  boolean logsRefuse() {
    return log.whenFull() == WhenFull.REFUSE;
  }

  private static SimConfig of(boolean errorsOnly, String wait, String bytes, int remembered) {
    String policy =
        errorsOnly
            ? "{name: errors, type: status_code, status_code: {status_codes: [ERROR]}}"
            : "{name: all, type: always_sample}";
    ConfigFile sampler =
        ConfigFile.read(
            "sampler.yaml", "{shards: 2, max-buffered-bytes: " + bytes + "}", name -> null);
    ConfigFile tail =
        ConfigFile.read(
            "tail.yaml",
            "decision_wait: "
                + wait
                + "\ndecision_cache: {sampled_cache_size: "
                + remembered
                + ", non_sampled_cache_size: "
                + remembered
                + "}\n"
                + "policies:\n  - "
                + policy
                + "\n",
            name -> null);
    ShardConfig shards = ShardConfig.read(sampler.root());
    TailSamplingConfig sampling = TailSamplingConfig.read(tail.root());
    if (!sampler.problems().isEmpty() || !tail.problems().isEmpty()) {
      throw new AssertionError(sampler.problems() + " " + tail.problems());
    }
    return new SimConfig(shards, sampling, errorsOnly, 64, ROOMY_LOG, Rules.ALL);
  }

  boolean remembersLittle() {
    int remembered = tail.sampledCacheSize();
    return remembered != TailSamplingConfig.FROM_BUDGET && remembered <= FEW;
  }

  /** Whether memory is so short that traces may be decided before their time. */
  boolean decidesEarly() {
    return shards.highWater() < 0.5;
  }

  SimConfig by(Rules others) {
    return new SimConfig(shards, tail, errorsOnly, exportRoom, log, others);
  }

  long decisionWaitNanos() {
    return tail.decisionWait().toNanos();
  }
}
