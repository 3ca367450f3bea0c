package io.ringtail.sampler.shard;

import io.netty.buffer.PooledByteBufAllocator;
import io.ringtail.config.ConfigFile;
import io.ringtail.metrics.Metrics;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.store.ShardConfig;
import io.ringtail.sampler.store.ShardMemory;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * Prints what a million buffered spans take, heap (after a full collection) and off-heap together,
 * beyond what the process takes when the shard is empty.
 *
 * <p>Wanted: at most 1.25 × the encoded span bytes + 24 B a span at 20 and at 1,000 spans a trace,
 * and 100 B more a trace at one span a trace. Run it with {@code -XX:+UseSerialGC -Xmx1g
 * -XX:MaxDirectMemorySize=4g}.
 */
public final class BufferMemoryReport {
  private static final int SPANS = 1_000_000;

  private BufferMemoryReport() {}

  /** Prints the table; exit code 1 if a line is over what is wanted. */
  public static void main(String[] args) {
    boolean fits = true;
    System.out.println("span B  spans/trace  heap MB  off-heap MB  B/span  wanted  budget's count");
    for (int spanBytes : new int[] {470, 808}) {
      for (int perTrace : new int[] {1, 20, 1000}) {
        fits &= measure(spanBytes, perTrace);
      }
    }
    System.exit(fits ? 0 : 1);
  }

  private static boolean measure(int spanBytes, int perTrace) {
    SpanFeed feed = new SpanFeed(spanBytes, perTrace, SPANS / perTrace, false);
    ShardSet set = shards();
    Shard shard = set.all().get(0);
    long heap = heap();
    long stored = set.budget().stored();
    long bytes = 0;
    while (feed.sent() < SPANS) {
      ShardBatch batch = feed.next();
      bytes += batch.spanBytes();
      if (set.offer(List.of(batch)) != null) {
        throw new IllegalStateException("refused");
      }
      shard.doWork();
    }
    long spans = shard.published().heldSpans();
    long heapTaken = heap() - heap;
    long directTaken = shard.published().slabBytes();
    double perSpan = (double) (heapTaken + directTaken) / spans;
    double wanted = 1.25 * bytes / spans + 24 + (perTrace == 1 ? 100 : 0);
    System.out.printf(
        "%6d  %11d  %7.1f  %11.1f  %6.1f  %6.1f  %14.1f%s%n",
        bytes / spans,
        perTrace,
        heapTaken / 1e6,
        directTaken / 1e6,
        perSpan,
        wanted,
        (double) (set.budget().stored() - stored) / spans,
        perSpan <= wanted ? "" : "  TOO MUCH");
    return perSpan <= wanted;
  }

  private static ShardSet shards() {
    ConfigFile sampler =
        ConfigFile.read(
            "b",
            "{shards: 1, max-buffered-bytes: 4GiB, high-water: 0.9, max-trace-spans: 100000}",
            n -> null);
    ConfigFile tail =
        ConfigFile.read(
            "b",
            "{decision_wait: 1h, num_traces: 2000000,"
                + " policies: [{name: all, type: always_sample}]}",
            n -> null);
    return new ShardSet(
        ShardConfig.read(sampler.root()),
        TailSamplingConfig.read(tail.root()),
        trace -> false,
        new Metrics(),
        ShardMemory.unlimited(),
        PooledByteBufAllocator.DEFAULT,
        System::nanoTime,
        Views.NOBODY,
        now -> true,
        Rules.ALL);
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
