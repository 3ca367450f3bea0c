package io.ringtail.sampler.shard;

import io.netty.buffer.PooledByteBufAllocator;
import io.ringtail.config.ConfigFile;
import io.ringtail.metrics.Metrics;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.export.KeptTrace;
import io.ringtail.sampler.policy.TailSamplingConfig;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: how many spans a second does one shard take, from a batch to the decision, with dedup
 * and the features of five policies?
 *
 * <p>Input: {@link SpanFeed}, 20 spans a trace, as many open traces as the parameter says; {@code
 * num_traces} is that number, so that each new trace decides the oldest, whole one, and 5 % are
 * kept and put together for export. With a million open traces cache misses rule.
 *
 * <p>Good: at least 2 million spans a second with 10,000 open traces, and no garbage a span ({@code
 * -prof gc}: some 20 B, of the batch's index and the decisions).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 3, time = 3)
@Fork(
    value = 1,
    jvmArgs = {"-Xmx1g", "-XX:MaxDirectMemorySize=12g", "-XX:+UseParallelGC"})
@SuppressWarnings("NullAway.Init") // JMH calls setup before all else
public class ShardAppendBenchmark {
  private static final String POLICIES =
      """
      decision_wait: 1h
      decision_cache: {sampled_cache_size: 320000, non_sampled_cache_size: 970000}
      policies:
        - {name: errors, type: status_code, status_code: {status_codes: [ERROR]}}
        - {name: slow, type: latency, latency: {threshold_ms: 1000}}
        - {name: some, type: probabilistic, probabilistic: {sampling_percentage: 5}}
        - {name: exec, type: string_attribute, string_attribute: {key: thread.name, values: [exec-99]}}
        - name: health
          type: drop
          drop:
            drop_sub_policy:
              - {name: h, type: string_attribute, string_attribute: {key: http.route, values: [/health]}}
      num_traces:\s\
      """;

  @Param({"10000", "1000000"})
  private int openTraces;

  @Param({"470", "808"})
  private int spanBytes;

  private SpanFeed feed;
  private ShardSet set;
  private Shard shard;

  @Setup
  public void setup() {
    ConfigFile sampler =
        ConfigFile.read("b", "{shards: 1, max-buffered-bytes: 12GiB, high-water: 0.9}", n -> null);
    ConfigFile tail = ConfigFile.read("b", POLICIES + openTraces, n -> null);
    set =
        new ShardSet(
            ShardConfig.read(sampler.root()),
            TailSamplingConfig.read(tail.root()),
            ShardAppendBenchmark::take,
            new Metrics(),
            ShardMemory.unlimited(),
            PooledByteBufAllocator.DEFAULT,
            System::nanoTime,
            Views.NOBODY,
            now -> true,
            Rules.ALL);
    set.slots(Views.alone());
    shard = set.all().get(0);
    feed = new SpanFeed(spanBytes, 20, openTraces, true);
    for (long i = 0; i < openTraces * 22L; i += SpanFeed.BATCH) {
      append();
    }
  }

  private static boolean take(KeptTrace trace) {
    trace.resourceSpans().release();
    trace.onAnswered().onAnswered(trace, KeptTrace.Answer.ACCEPTED);
    return true;
  }

  /** One batch, taken and worked off, with what it decides. */
  @Benchmark
  @OperationsPerInvocation(SpanFeed.BATCH)
  public void append() {
    if (set.offer(List.of(feed.next())) != null) {
      throw new IllegalStateException("refused");
    }
    shard.doWork();
  }

  /** What the feed itself costs, to be subtracted. */
  @Benchmark
  @OperationsPerInvocation(SpanFeed.BATCH)
  public void feedAlone() {
    feed.next().message().release();
  }
}
