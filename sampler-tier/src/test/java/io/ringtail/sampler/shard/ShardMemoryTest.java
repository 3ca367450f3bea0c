package io.ringtail.sampler.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.ringtail.refusal.Refusal;
import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.account.SamplerMetrics.RefusalCause;
import io.ringtail.sampler.buffer.SlabMemory;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.store.KeptMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens when there is less memory than the budget says. */
final class ShardMemoryTest {
  private static final String TWO = "{shards: 2, max-buffered-bytes: 16MiB}";

  private final Random random = new Random(7);
  private ShardHarness shards = ShardHarness.of(ShardHarness.EVERYTHING);

  @AfterEach
  void everySpanIsAccountedFor() {
    shards.assertAccounted();
  }

  private ShardBatch batch(int shard, int spans) {
    List<byte[]> encoded = new ArrayList<>();
    for (int i = 0; i < spans; i++) {
      encoded.add(Spans.sized(random.nextLong(), random.nextLong(), 500, random));
    }
    return Spans.batch(shard, 0, Map.of(Spans.GROUP, encoded));
  }

  private static long failed(ShardHarness one) {
    return one.set.metrics().droppedSpans(DropReason.FAILED);
  }

  @Test
  void noSlabsToBeHad_refusedRetryablyWithNothingReservedAnywhere_untilThereAre() {
    AtomicBoolean available = new AtomicBoolean();
    SlabMemory slabs =
        new SlabMemory(Long.MAX_VALUE, ByteBuffer::allocateDirect, n -> available.get());
    shards = new ShardHarness(TWO, ShardHarness.EVERYTHING, m -> m.withSlabs(slabs));
    long used = shards.set.budget().used();

    Refusal refusal = shards.offer(batch(0, 10), batch(1, 10));

    assertThat(refusal)
        .isInstanceOfSatisfying(Refusal.Busy.class, busy -> assertThat(busy.retryable()).isTrue());
    assertThat(shards.set.metrics().refusals(RefusalCause.MEMORY)).isEqualTo(1);
    assertThat(shards.set.budget().used()).isEqualTo(used);
    assertThat(shards.set.unreadBytes()).isZero();
    assertThat(shards.set.all()).allMatch(shard -> shard.queuedBatches() == 0);
    available.set(true);
    assertThat(shards.offer(batch(0, 10), batch(1, 10))).isNull();
    shards.work();
    assertThat(shards.set.heldSpans()).isEqualTo(20);
  }

  @Test
  void slabsRunOut_whatWasAcceptedIsStoredToTheLastSpan() {
    SlabMemory slabs = new SlabMemory(2 << 20, ByteBuffer::allocateDirect, n -> true);
    shards = new ShardHarness(TWO, ShardHarness.EVERYTHING, m -> m.withSlabs(slabs));
    long accepted = 0;
    int refused = 0;
    for (int i = 0; i < 400; i++) {
      if (shards.offer(batch(i & 1, 50)) == null) {
        accepted += 50;
      } else {
        refused++;
      }
      if (random.nextInt(4) == 0) {
        shards.work();
      }
    }
    shards.work();
    assertThat(refused).isPositive();
    assertThat(failed(shards)).isZero();
    assertThat(shards.set.heldSpans()).isEqualTo(accepted);
    assertThat(slabs.takenBytes()).isLessThanOrEqualTo(2 << 20);
    shards.logsAreEmpty();
    shards.advanceMillis(2_000);
    assertThat(shards.exports.taken.stream().mapToLong(t -> t.spanCount()).sum())
        .isEqualTo(accepted);
  }

  @Test
  void noMemoryToPutAKeptTraceTogether_itWaitsInTheSlabsAndIsExportedLater() {
    AtomicBoolean available = new AtomicBoolean();
    KeptMemory kept = new Sometimes(available);
    shards = new ShardHarness(TWO, ShardHarness.EVERYTHING, m -> m.withKept(kept));
    assertThat(shards.offer(batch(0, 10))).isNull();
    shards.logsAreEmpty();
    shards.advanceMillis(2_000);
    assertThat(shards.exports.taken).isEmpty();
    assertThat(shards.set.heldSpans()).isEqualTo(10);
    assertThat(failed(shards)).isZero();

    available.set(true);
    shards.advanceMillis(10);

    assertThat(shards.exports.taken.stream().mapToLong(t -> t.spanCount()).sum()).isEqualTo(10);
    assertThat(shards.set.heldSpans()).isZero();
  }

  @Test
  void moreUnreadThanTheHeapIsToHold_isRefusedUntilItIsRead() {
    shards = new ShardHarness(TWO, ShardHarness.EVERYTHING, m -> m.withMaxUnreadBytes(12_000));
    assertThat(shards.offer(batch(0, 20))).isNull();
    assertThat(shards.offer(batch(1, 20))).isInstanceOf(Refusal.Busy.class);
    assertThat(shards.set.metrics().refusals(RefusalCause.QUEUE)).isEqualTo(1);
    shards.work();
    assertThat(shards.set.unreadBytes()).isZero();
    assertThat(shards.offer(batch(1, 100))).as("larger than the limit, alone").isNull();
    shards.work();
    assertThat(shards.set.heldSpans()).isEqualTo(120);
  }

  private record Sometimes(AtomicBoolean available) implements KeptMemory {
    @Override
    public @Nullable ByteBuf tryAllocate(int bytes) {
      return available.get() ? UnpooledByteBufAllocator.DEFAULT.heapBuffer(bytes, bytes) : null;
    }

    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public long limitBytes() {
      return 1;
    }
  }
}
