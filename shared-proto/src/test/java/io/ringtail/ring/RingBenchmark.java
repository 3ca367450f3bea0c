package io.ringtail.ring;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long until a new epoch can be used: the table, then its heirs. Input: samplers of equal
 * weight. A good answer: at 300 at most 1 s for each on one core.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class RingBenchmark {
  @Param({"3", "50", "300"})
  int samplers;

  private List<RingMember> members = List.of();
  private RingTable table = RingTable.build(members);

  @Setup
  public void build() {
    members = Rings.equal(samplers);
    table = RingTable.build(members);
  }

  @Benchmark
  public RingTable table() {
    return RingTable.build(members);
  }

  @Benchmark
  public HeirTable heirs() {
    return table.heirs();
  }
}
