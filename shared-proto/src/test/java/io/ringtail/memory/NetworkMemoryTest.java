package io.ringtail.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.ringtail.metrics.Metrics;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class NetworkMemoryTest {
  private static final int KIB = 1 << 10;
  private static final long CODEC_BYTES = 8L << 20;
  private static final long SOCKET_BYTES = 2L << 20;
  private static final int THREADS = 3;

  private final NetworkMemory memory =
      new NetworkMemory(CODEC_BYTES, SOCKET_BYTES, THREADS, new Metrics());

  /** Holds as many as there are at a time, of sizes as gRPC and Netty ask for. */
  private void churn(long seed, int rounds, int held) {
    SplittableRandom random = new SplittableRandom(seed);
    List<ByteBuf> buffers = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      int bytes = 1 + random.nextInt(random.nextInt(8) == 0 ? 1 << 20 : 20 * KIB);
      buffers.add(memory.buffer(bytes, bytes));
      assertThat(memory.bytes()).isLessThanOrEqualTo(memory.limitBytes());
      if (buffers.size() > held) {
        buffers.remove(random.nextInt(buffers.size())).release();
      }
    }
    buffers.forEach(ByteBuf::release);
  }

  @Test
  void buffers_beyondTheLimit_lieOnTheHeap() {
    List<ByteBuf> all = new ArrayList<>();
    for (int i = 0; i < 3 * CODEC_BYTES / (64 * KIB); i++) {
      all.add(memory.buffer(64 * KIB, 64 * KIB));
    }
    assertThat(all.get(0).isDirect()).isTrue();
    assertThat(all.get(all.size() - 1).isDirect()).isFalse();
    assertThat(memory.onHeapBytes()).isGreaterThanOrEqualTo(2 * CODEC_BYTES);
    assertThat(memory.bytes()).isBetween(CODEC_BYTES / 2, CODEC_BYTES);
    all.forEach(ByteBuf::release);

    ByteBuf again = memory.buffer(64 * KIB);
    assertThat(again.isDirect()).isTrue();
    again.release();
  }

  @Test
  void buffersOfAnySizes_ofSeveralThreads_stayBelowTheLimit() throws Exception {
    long seed = System.nanoTime();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<?>> done = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      long own = seed + t;
      done.add(threads.submit(() -> churn(own, 3_000, 60)));
    }
    for (Future<?> one : done) {
      one.get(60, TimeUnit.SECONDS);
    }
    threads.shutdown();
    assertThat(memory.onHeapBytes()).as("seed %d: it was too much", seed).isPositive();
    assertThat(memory.bytes()).isLessThan(memory.limitBytes());
  }

  @Test
  void oneLargerThanAllThereIs_liesOnTheHeap() {
    ByteBuf large = memory.buffer((int) CODEC_BYTES + 1);
    assertThat(large.isDirect()).isFalse();
    large.release();
  }

  @Test
  void socketsWithoutRoom_failAndAreCounted() {
    List<ByteBuf> all = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              while (true) {
                all.add(memory.directBuffer(64 * KIB, 64 * KIB));
              }
            })
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessageContaining("expected at most " + SOCKET_BYTES);
    assertThat(all).hasSizeGreaterThan(16).allMatch(ByteBuf::isDirect);
    assertThat(memory.refused()).isEqualTo(1);
    assertThat(memory.bytes()).isLessThanOrEqualTo(SOCKET_BYTES);
    all.forEach(ByteBuf::release);
  }

  @Test
  void tooLittle_isRefused() {
    assertThatThrownBy(() -> new NetworkMemory(1, SOCKET_BYTES, 1, new Metrics()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("codecBytes: 1 (expected at least 524288)");
  }
}
