package io.ringtail.sampler.shard;

import io.netty.buffer.PooledByteBufAllocator;
import io.ringtail.config.ConfigFile;
import io.ringtail.metrics.Metrics;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.export.KeptTrace;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.store.ShardConfig;
import io.ringtail.sampler.store.ShardMemory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
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
 * <p>Input: {@link SpanFeed}, 1 GiB of it, 20 spans a trace, as many open traces as the parameter
 * says; {@code num_traces} is that number, so that each new trace decides the oldest, whole one,
 * and 5 % are kept and put together for export. The router's log begins at the oldest batch with an
 * open trace, so that decisions are replayable for a while, as they are in a cluster. With a
 * million open traces cache misses rule.
 *
 * <p>Good: at least 2 million spans a second with 10,000 open traces, and no garbage a span ({@code
 * -prof gc}: some 20 B, of the batch's index and the decisions). {@link #copyAlone} is what can be
 * had at best of this machine at that moment: the same bytes are read and written once, to as many
 * places as the store has.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 3, time = 3)
@Fork(
    value = 1,
    jvmArgs = {"-Xmx3g", "-XX:MaxDirectMemorySize=12g", "-XX:+UseG1GC"})
@SuppressWarnings("NullAway.Init") // JMH calls setup before all else
public class ShardAppendBenchmark {
  private static final int INPUT_BYTES = 1 << 30;
  private static final int SPANS_PER_TRACE = 20;
  private static final int BATCHES_PER_PROGRESS = 64;

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
      """;

  /** Batches, of new spans each. */
  @State(Scope.Benchmark)
  public static class Input {
    @Param({"10000", "1000000"})
    int openTraces;

    @Param({"470", "808"})
    int spanBytes;

    SpanFeed feed;

    @Setup
    public void setUp() {
      feed = new SpanFeed(spanBytes, SPANS_PER_TRACE, openTraces, true, INPUT_BYTES);
    }
  }

  /** One shard that is full of open traces. */
  public static class Sampler extends Input {
    private ShardSet set;
    private Shard shard;

    @Setup
    @Override
    public void setUp() {
      super.setUp();
      ConfigFile sampler =
          ConfigFile.read(
              "b", "{shards: 1, max-buffered-bytes: 12GiB, high-water: 0.9}", n -> null);
      ConfigFile tail = ConfigFile.read("b", POLICIES + "num_traces: " + openTraces, n -> null);
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
      for (long i = 0; i < openTraces * (SPANS_PER_TRACE + 2L); i += SpanFeed.BATCH) {
        append();
      }
    }

    void append() {
      if (set.offer(List.of(feed.next())) != null) {
        throw new IllegalStateException("refused");
      }
      if (feed.batches() % BATCHES_PER_PROGRESS == 0) {
        set.onProgress(0, feed.batches(), feed.oldestOpenBatch());
      }
      shard.doWork();
    }
  }

  /** As much memory as the open traces take. */
  public static class Memory extends Input {
    private static final int PIECE_BYTES = 1 << 26;

    private final SplittableRandom random = new SplittableRandom(7);
    private ByteBuffer[] pieces;
    private int lastBytes;

    @Setup
    @Override
    public void setUp() {
      super.setUp();
      long bytes = (long) openTraces * SPANS_PER_TRACE / 2 * spanBytes;
      pieces = new ByteBuffer[(int) ((bytes + PIECE_BYTES - 1) / PIECE_BYTES)];
      for (int i = 0; i < pieces.length; i++) {
        pieces[i] = ByteBuffer.allocateDirect(PIECE_BYTES);
      }
      lastBytes = (int) (bytes - (long) (pieces.length - 1) * PIECE_BYTES);
    }

    void copy(byte[] span, int offset, int length) {
      int piece = random.nextInt(pieces.length);
      int bytes = piece == pieces.length - 1 ? Math.max(2048, lastBytes) : PIECE_BYTES;
      pieces[piece].put(random.nextInt(bytes - length) & ~63, span, offset, length);
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
  public void append(Sampler sampler) {
    sampler.append();
  }

  /** What the feed itself costs, to be subtracted. */
  @Benchmark
  @OperationsPerInvocation(SpanFeed.BATCH)
  public void feedAlone(Input input) {
    input.feed.next().message().release();
  }

  /** The yardstick: each span copied to a random place, with the feed. */
  @Benchmark
  @OperationsPerInvocation(SpanFeed.BATCH)
  public void copyAlone(Memory memory) {
    ShardBatch batch = memory.feed.next();
    byte[] array = batch.message().array();
    int[] spans = batch.spans();
    for (int i = 0; i < batch.spanCount(); i++) {
      memory.copy(array, spans[3 * i + 1], spans[3 * i + 2]);
    }
    batch.message().release();
  }
}
