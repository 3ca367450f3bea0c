package io.ringtail.sampler.buffer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpanStoreTest {
  private final BlockPool pool = new BlockPool(64 << 10);
  private final TraceTable traces = new TraceTable(pool, 1);
  private final SpanStore spans = new SpanStore(pool, true);
  private final SpanCursor cursor = spans.cursor();

  private boolean append(int trace, int group, byte[] span) {
    byte[] array = new byte[span.length + 11];
    System.arraycopy(span, 0, array, 7, span.length);
    long spanId = span.length == 0 ? 0 : span[0] >> 4; // few, so that many spans have the same
    return spans.append(trace, group, spanId, array, 7, span.length);
  }

  private List<byte[]> read(int trace) {
    List<byte[]> read = new ArrayList<>();
    cursor.reset(trace);
    while (cursor.next()) {
      ByteBuf buffer = Unpooled.buffer(cursor.length() + 2).writerIndex(cursor.length() + 2);
      cursor.copyTo(buffer, 1);
      byte[] bytes = new byte[cursor.length()];
      buffer.getBytes(1, bytes);
      read.add(bytes);
    }
    return read;
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void spans_ofEverySizeAcrossBlocks_comeBackByteForByteInOrder() {
    Random random = new Random(1);
    int trace = traces.create(0, 1, 1);
    List<byte[]> stored = new ArrayList<>();
    for (int length = 1; length <= 600; length++) {
      stored.add(bytes(random, length));
    }
    stored.add(bytes(random, 200_000));
    stored.add(bytes(random, 3));

    stored.forEach(span -> assertThat(append(trace, span.length, span)).isTrue());

    assertThat(read(trace))
        .usingElementComparator((a, b) -> Arrays.compare(a, b))
        .isEqualTo(stored);
    assertThat(traces.spanCount(trace)).isEqualTo(stored.size());
    assertThat(traces.spanBytes(trace)).isEqualTo(stored.stream().mapToInt(s -> s.length).sum());
  }

  @Test
  void cursor_thatCopiesOnlySomeSpans_skipsTheOthers() {
    Random random = new Random(2);
    int trace = traces.create(0, 1, 1);
    List<byte[]> stored = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      stored.add(bytes(random, 1 + random.nextInt(700)));
      append(trace, i, stored.get(i));
    }

    cursor.reset(trace);
    for (int i = 0; i < 300; i++) {
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.group()).isEqualTo(i);
      if (i % 3 == 0) {
        ByteBuf copy = Unpooled.buffer(cursor.length()).writerIndex(cursor.length());
        cursor.copyTo(copy, 0);
        assertThat(copy.array()).isEqualTo(stored.get(i));
      }
    }
    assertThat(cursor.next()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 12, 13, 14, 25, 26, 127, 128, 129, 130, 512, 2000})
  void span_sentTwice_isTakenOnceHoweverManyThereAre(int count) {
    Random random = new Random(count);
    int trace = traces.create(0, 1, 1);
    List<byte[]> stored = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      stored.add(bytes(random, 40 + random.nextInt(300)));
      assertThat(append(trace, 0, stored.get(i))).isTrue();
    }

    for (byte[] again : stored) {
      assertThat(append(trace, 1, again)).isFalse();
    }

    assertThat(traces.spanCount(trace)).isEqualTo(count);
    assertThat(read(trace)).hasSize(count);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 13, 14, 25, 26, 127, 128, 129, 400})
  void spans_ofOneIdWithOtherBytes_areAllKeptAndEachIsTakenOnce(int count) {
    byte[] span = bytes(new Random(4), 200);
    int trace = traces.create(0, 1, 1);
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < count; i++) {
        span[150] = (byte) i;
        span[151] = (byte) (i >> 8);
        assertThat(append(trace, 0, span)).isEqualTo(round == 0);
      }
    }

    assertThat(traces.spanCount(trace)).isEqualTo(count);
  }

  @Test
  void span_thatDiffersInOneByte_isAnotherSpan() {
    byte[] span = bytes(new Random(3), 500);
    int trace = traces.create(0, 1, 1);
    append(trace, 0, span);
    for (int i = 0; i < span.length; i++) {
      byte[] other = span.clone();
      other[i] ^= 1;
      assertThat(append(trace, 0, other)).isTrue();
    }
    assertThat(append(trace, 0, Arrays.copyOf(span, 499))).isTrue();
    assertThat(append(trace, 0, span)).isFalse();
  }

  @Test
  void traces_ofRandomSizesAddedAndFreed_agreeWithModelAndLeaveNothing() {
    long seed = System.nanoTime();
    System.out.println("seed=" + seed);
    Random random = new Random(seed);
    Map<Integer, List<byte[]>> model = new HashMap<>();
    List<Integer> alive = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      if (alive.size() < 50 && random.nextInt(20) == 0) {
        alive.add(traces.create(0, step, step));
        model.put(alive.get(alive.size() - 1), new ArrayList<>());
      } else if (!alive.isEmpty()) {
        int at = random.nextInt(alive.size());
        int trace = alive.get(at);
        if (random.nextInt(100) == 0) {
          assertSame(read(trace), requireNonNull(model.remove(trace)));
          free(trace);
          alive.remove(at);
        } else {
          byte[] span = bytes(random, 1 + random.nextInt(random.nextInt(50) == 0 ? 9000 : 400));
          assertThat(append(trace, 0, span))
              .isEqualTo(isNew(requireNonNull(model.get(trace)), span));
        }
      }
    }
    for (int trace : alive) {
      assertSame(read(trace), requireNonNull(model.get(trace)));
      free(trace);
    }
    assertThat(pool.usedBlocks()).isZero();
    assertThat(traces.bytes()).isZero();
    assertThat(spans.heapBytes()).isZero();
  }

  private static boolean isNew(List<byte[]> model, byte[] span) {
    if (model.stream().anyMatch(s -> Arrays.equals(s, span))) {
      return false;
    }
    return model.add(span);
  }

  private static void assertSame(List<byte[]> actual, List<byte[]> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i)).isEqualTo(expected.get(i));
    }
  }

  private void free(int trace) {
    traces.removeFromIndex(trace);
    spans.free(trace);
    traces.free(trace);
  }

  @Test
  void worstCase_isNeverLessThanWhatSpansTake_butForTheSpareOfGrowingTraces() {
    Random random = new Random(5);
    for (int i = 0; i < 3000; i++) {
      long before = traces.bytes() + spans.heapBytes();
      int id = i % 300;
      int trace = i < 300 ? traces.create(0, id, id) : traces.find(0, id, id);
      byte[] span = bytes(random, 1 + random.nextInt(1000));
      append(trace, 0, span);
      long taken = traces.bytes() + spans.heapBytes() - before;
      assertThat(taken)
          .isLessThanOrEqualTo(
              SpanStore.worstCaseBytes(1, span.length) + traces.spanBytes(trace) / 8);
    }
  }
}
