package io.ringtail.sampler.shard;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.ringtail.config.ConfigFile;
import io.ringtail.metrics.Metrics;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.store.ShardConfig;
import io.ringtail.sampler.store.ShardMemory;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: how long does it take to hand over all open traces of one shard, from its blocks into
 * those of another, on one thread and without a network? And how long is the longest duty cycle of
 * either side while that goes on?
 *
 * <p>Input: 300 MB of spans ({@link SpanFeed}), in traces of as many spans as the parameter says.
 *
 * <p>Good: under a second (more than a network of 2.5 Gbit/s takes), no cycle over some 10 ms: that
 * is by how much a decision may come late.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 4)
@Fork(
    value = 1,
    jvmArgs = {"-Xmx1g", "-XX:MaxDirectMemorySize=4g", "-XX:+UseParallelGC"})
@SuppressWarnings("NullAway.Init") // JMH calls setup before all else
public class HandoverBenchmark {
  private static final long BYTES = 300_000_000;

  @Param({"1", "10", "100"})
  private int spansPerTrace;

  @Param("500")
  private int spanBytes;

  private final Queue<PeerWord.Transfer> link = new ArrayDeque<>();
  private ShardSet from;
  private ShardSet to;
  private long longestNanos;
  private long sentBytes;
  private long cpuNanos;

  private ShardSet set(Peers peers) {
    ConfigFile sampler =
        ConfigFile.read("b", "{shards: 1, max-buffered-bytes: 2GiB, high-water: 0.9}", n -> null);
    ConfigFile tail =
        ConfigFile.read(
            "b",
            """
            decision_wait: 1h
            num_traces: 100000000
            policies:
              - {name: errors, type: status_code, status_code: {status_codes: [ERROR]}}
            """,
            n -> null);
    return new ShardSet(
        ShardConfig.read(sampler.root()),
        TailSamplingConfig.read(tail.root()),
        trace -> false,
        new Metrics(),
        ShardMemory.unlimited(),
        PooledByteBufAllocator.DEFAULT,
        System::nanoTime,
        peers,
        now -> true,
        Rules.ALL);
  }

  @Setup(Level.Iteration)
  public void fill() {
    from = set((peer, word) -> send(word));
    to = set(Views.NOBODY);
    from.slots(Views.of(1, "a", "a"));
    to.slots(Views.of(1, "b", "a"));
    long spans = BYTES / spanBytes;
    SpanFeed feed = new SpanFeed(spanBytes, spansPerTrace, (int) (spans / spansPerTrace), false);
    for (long i = 0; i < spans; i += SpanFeed.BATCH) {
      if (from.offer(List.of(feed.next())) != null) {
        throw new IllegalStateException("refused");
      }
      from.all().get(0).doWork();
    }
    to.slots(Views.of(2, "b", "b"));
    from.slots(Views.of(2, "a", "b"));
    longestNanos = 0;
    sentBytes = 0;
  }

  private boolean send(PeerWord word) {
    return word instanceof PeerWord.Transfer transfer && link.add(transfer);
  }

  /** Everything, until the last acknowledgement. */
  @Benchmark
  public long handOver() throws MalformedWireException {
    long start = cpuNanos();
    work(from);
    while (from.foreign().oldestLost() != null) {
      work(from);
      for (PeerWord.Transfer word = link.poll(); word != null; word = link.poll()) {
        take(word);
      }
    }
    cpuNanos = cpuNanos() - start;
    return sentBytes;
  }

  private void take(PeerWord.Transfer word) throws MalformedWireException {
    ByteBuf entries = word.entries();
    sentBytes += entries.readableBytes();
    ReceivedTransfer transfer = ReceivedTransfer.read(entries, to.routers());
    PeerAnswer taken = new PeerAnswer.TransferTaken(word.id());
    if (to.peers().takeTransfer(transfer, unfit -> from.peers().onTransferAnswer(taken, word.id()))
        != null) {
      throw new IllegalStateException("refused");
    }
    transfer.release();
    work(to);
  }

  /** Of this thread: other processes on the machine do not count. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private void work(ShardSet set) {
    long start = cpuNanos();
    set.all().get(0).doWork();
    longestNanos = Math.max(longestNanos, cpuNanos() - start);
  }

  /** Says what the figure does not, and holds the result against what was to be moved. */
  @TearDown(Level.Iteration)
  public void check() throws InterruptedException {
    System.out.printf(
        "[%d MB in %.0f ms of CPU, the longest cycle %.1f ms] ",
        sentBytes / 1_000_000, cpuNanos / 1e6, longestNanos / 1e6);
    if (to.metrics().handedInSpans() != from.metrics().handedOutSpans() || from.heldSpans() != 0) {
      throw new IllegalStateException("lost on the way");
    }
    from.close();
    to.close();
  }
}
