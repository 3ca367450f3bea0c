package io.ringtail.ring;

import io.ringtail.trace.TraceHash;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to find the owner of a trace ID. Input: 4 Mi distinct random IDs (64 MiB, so that
 * neither IDs nor slots repeat in a pattern a branch or a cache could learn), 300 samplers. A good
 * answer: at most 5 ns.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class OwnerLookupBenchmark {
  private static final int IDS = 1 << 22;
  private static final int BATCH = 1024;

  private final long[] ids = new SplittableRandom(20261121).longs(2L * IDS).toArray();
  private RingTable table = RingTable.build(List.of());
  private int next;

  @Setup
  public void build() {
    table = RingTable.build(Rings.equal(300));
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int owner() {
    int from = next;
    next = (from + 2 * BATCH) & (2 * IDS - 1);
    int sum = 0;
    for (int i = from; i < from + 2 * BATCH; i += 2) {
      sum += table.ownerIndex(TraceHash.slot(ids[i], ids[i + 1]));
    }
    return sum;
  }
}
