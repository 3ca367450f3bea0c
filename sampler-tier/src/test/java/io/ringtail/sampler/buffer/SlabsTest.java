package io.ringtail.sampler.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class SlabsTest {
  private static final int SLAB = 64 << 10;
  private static final int TAKEN = SLAB + BlockPool.ALIGNMENT;

  private final AtomicBoolean available = new AtomicBoolean(true);

  private SlabMemory memory(int slabs) {
    return new SlabMemory((long) slabs * TAKEN, ByteBuffer::allocateDirect, n -> available.get());
  }

  @Test
  void promise_withinTheLimit_takesItsSlabsBeforeTheyAreUsed() {
    SlabMemory memory = memory(4);
    Slabs slabs = new Slabs(memory, SLAB);
    assertThat(slabs.tryPromise(2 * SLAB)).isTrue();
    assertThat(memory.takenBytes()).isEqualTo(3L * TAKEN);
    available.set(false);
    assertThat(slabs.take()).isNotNull();
    assertThat(slabs.take()).isNotNull();
  }

  @Test
  void promise_withoutASpareSlab_isGivenAllTheSame() {
    Slabs slabs = new Slabs(memory(2), SLAB);
    assertThat(slabs.tryPromise(2 * SLAB)).isTrue();
  }

  @Test
  void promise_overTheLimit_isRefusedAndNothingIsPromised() {
    SlabMemory memory = memory(2);
    Slabs slabs = new Slabs(memory, SLAB);
    assertThat(slabs.tryPromise(SLAB)).isTrue();
    assertThat(slabs.tryPromise(SLAB + 1)).isFalse();
    assertThat(memory.refusals()).isPositive();
    assertThat(slabs.tryPromise(SLAB)).isTrue();
  }

  @Test
  void promise_thatWasUsedUpAndFreed_canBeGivenAgain() {
    Slabs slabs = new Slabs(memory(2), SLAB);
    assertThat(slabs.tryPromise(2 * SLAB)).isTrue();
    slabs.settle(2 * SLAB, SLAB);
    assertThat(slabs.tryPromise(SLAB)).isTrue();
    assertThat(slabs.tryPromise(1)).isFalse();
    slabs.settle(SLAB, -SLAB);
    assertThat(slabs.tryPromise(2 * SLAB)).isTrue();
  }

  @Test
  void jvmWithoutMemory_refusesAndIsAskedAgain() {
    boolean[] out = {true};
    SlabMemory memory =
        new SlabMemory(
            Long.MAX_VALUE,
            bytes -> {
              if (out[0]) {
                throw new OutOfMemoryError("of the test");
              }
              return ByteBuffer.allocateDirect(bytes);
            },
            bytes -> true);
    Slabs slabs = new Slabs(memory, SLAB);
    assertThat(slabs.tryPromise(1)).isFalse();
    out[0] = false;
    assertThat(slabs.tryPromise(1)).isTrue();
  }

  @Test
  void emptyPool_givesItsSlabsToAShardThatGoesWithout() {
    SlabMemory memory = memory(2);
    Slabs first = new Slabs(memory, SLAB);
    Slabs second = new Slabs(memory, SLAB);
    BlockPool pool = new BlockPool(first);
    assertThat(first.tryPromise(2 * SLAB)).isTrue();
    int[] blocks = new int[2 * SLAB / BlockPool.BLOCK_BYTES];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = pool.allocate();
    }
    first.settle(2 * SLAB, 0);
    assertThat(second.tryPromise(SLAB)).isFalse();
    for (int block : blocks) {
      pool.free(block);
    }
    assertThat(second.tryPromise(SLAB)).isTrue();
    assertThat(memory.takenBytes()).isEqualTo(2L * TAKEN);
  }

  @Test
  void pool_withoutMoreMemory_usesEveryFreeBlockOfAnySize() {
    Slabs slabs = new Slabs(memory(1), SLAB);
    BlockPool pool = new BlockPool(slabs);
    int all = SLAB / BlockPool.BLOCK_BYTES;
    int used = 0;
    while (used + 3 <= all) { // runs of two, and blocks between them
      used += blocksOf(pool, 1) + 1;
      pool.allocate();
    }
    while (used < all) {
      pool.allocate();
      used++;
    }
    assertThatThrownBy(pool::allocate)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(all + " in use of " + all);
  }

  private static int blocksOf(BlockPool pool, int runClass) {
    return BlockPool.runBlocks(pool.allocateRun(runClass));
  }
}
