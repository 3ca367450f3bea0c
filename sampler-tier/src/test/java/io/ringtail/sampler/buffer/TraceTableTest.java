package io.ringtail.sampler.buffer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TraceTableTest {
  private record Key(int context, long hi, long lo) {}

  private final BlockPool pool = new BlockPool(64 << 10);
  private final TraceTable traces = new TraceTable(pool, 1);

  @Test
  void table_underRandomAddsAndRemoves_agreesWithMap() {
    long seed = System.nanoTime();
    System.out.println("seed=" + seed);
    Random random = new Random(seed);
    Map<Key, Integer> model = new HashMap<>();
    List<Key> keys = new ArrayList<>();
    for (int step = 0; step < 200_000; step++) {
      boolean growing = step / 20_000 % 2 == 0;
      if (keys.isEmpty() || random.nextInt(10) < (growing ? 7 : 3)) {
        Key key = new Key(random.nextInt(3), random.nextInt(2), random.nextInt(100_000));
        int known = model.getOrDefault(key, TraceTable.NONE);
        assertThat(traces.find(key.context, key.hi, key.lo)).isEqualTo(known);
        if (known == TraceTable.NONE) {
          model.put(key, traces.create(key.context, key.hi, key.lo));
          keys.add(key);
        }
      } else {
        int at = random.nextInt(keys.size());
        Key key = keys.set(at, keys.get(keys.size() - 1));
        keys.remove(keys.size() - 1);
        int trace = requireNonNull(model.remove(key));
        traces.removeFromIndex(trace);
        traces.free(trace);
        assertThat(traces.find(key.context, key.hi, key.lo)).isEqualTo(TraceTable.NONE);
      }
    }
    for (Key key : keys) {
      int trace = traces.find(key.context, key.hi, key.lo);
      assertThat(trace).isEqualTo(model.get(key));
      assertThat(traces.traceIdLo(trace)).isEqualTo(key.lo);
    }
    assertThat(traces.traceCount()).isEqualTo(keys.size());
  }

  @Test
  void index_whenTracesAreGone_isSmallAgain() {
    long atFirst = traces.indexBytes();
    for (int i = 0; i < 50_000; i++) {
      traces.create(0, 1, i);
    }
    assertThat(traces.indexBytes()).isBetween(50_000L * 8, 50_000L * 24);
    for (int i = 0; i < 50_000; i++) {
      int trace = traces.find(0, 1, i);
      traces.removeFromIndex(trace);
      traces.free(trace);
    }
    assertThat(traces.indexBytes()).isEqualTo(atFirst);
    assertThat(traces.bytes()).isZero();
  }

  @Test
  void newTrace_inAReusedBlock_isEmpty() {
    int first = traces.create(0, 1, 1);
    traces.addTimes(first, 5, 9);
    traces.addBits(first, new long[] {-1});
    traces.removeFromIndex(first);
    traces.free(first);

    int second = traces.create(2, 3, 4);

    assertThat(second).isEqualTo(first);
    assertThat(traces.minStartNanos(second)).isZero();
    assertThat(traces.maxEndNanos(second)).isZero();
    assertThat(traces.bits(second, 0)).isZero();
    assertThat(traces.context(second)).isEqualTo(2);
    assertThat(traces.spanCount(second)).isZero();
  }

  @Test
  void times_zeroIsNotSetAndAllAreUnsigned() {
    int trace = traces.create(0, 1, 1);
    traces.addTimes(trace, 0, 0);
    traces.addTimes(trace, 100, 0);
    traces.addTimes(trace, 0, 120);
    traces.addTimes(trace, -1, -5);
    assertThat(traces.minStartNanos(trace)).isEqualTo(100);
    assertThat(traces.maxEndNanos(trace)).isEqualTo(-5);
  }

  @Test
  void stickyBits_ofManyPolicies_stayApartAndAreFreed() {
    int words = 40;
    TraceTable wide = new TraceTable(pool, words);
    int trace = wide.create(0, 1, 1);
    int other = wide.create(0, 1, 2);
    for (int word = 0; word < words; word++) {
      long[] bits = new long[words];
      bits[word] = 1L << word;
      wide.addBits(trace, bits);
    }
    for (int word = 0; word < words; word++) {
      assertThat(wide.bits(trace, word)).isEqualTo(1L << word);
      assertThat(wide.bits(other, word)).isZero();
    }
    wide.removeFromIndex(trace);
    wide.free(trace);
    wide.removeFromIndex(other);
    wide.free(other);
    assertThat(pool.usedBlocks()).isZero();
  }
}
