package io.ringtail.sampler.shard;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Where kept traces lie, put together, until they are finally answered. Bounded: while there is no
 * room a trace waits in the slabs, as it does while the export queue is full.
 *
 * <p>A pool of its own with chunks of 1 MiB, whose size is what counts, not that of the traces in
 * it. Threads: any.
 */
interface KeptMemory {
  /**
   * Room for an encoded trace.
   *
   * @return the caller's to release; null if there is no room now
   */
  @Nullable ByteBuf tryAllocate(int bytes);

  /** Bytes taken from the operating system. */
  long bytes();

  /** Most of them. */
  long limitBytes();

  /** Without a limit. */
  static KeptMemory unlimited(ByteBufAllocator allocator) {
    return new KeptMemory() {
      @Override
      public ByteBuf tryAllocate(int bytes) {
        return allocator.buffer(bytes, bytes);
      }

      @Override
      public long bytes() {
        return 0;
      }

      @Override
      public long limitBytes() {
        return Long.MAX_VALUE;
      }
    };
  }

  /**
   * Outside the heap.
   *
   * @param limitBytes at least {@link Pooled#CHUNK_BYTES}
   * @param threads that allocate
   */
  static KeptMemory pooled(long limitBytes, int threads) {
    return new Pooled(limitBytes, threads);
  }

  /** The only implementation but for tests and measurements. */
  final class Pooled implements KeptMemory {
    static final int CHUNK_BYTES = 1 << 20;

    private static final int PAGE_BYTES = 8 << 10;
    private static final int CHUNK_ORDER = 7;

    /** An arena keeps a chunk or two when nothing is in it. */
    private static final int FEWEST_CHUNKS_AN_ARENA = 8;

    private final long limitBytes;
    private final PooledByteBufAllocator pool;

    private Pooled(long limitBytes, int threads) {
      if (limitBytes < CHUNK_BYTES) {
        throw new IllegalArgumentException(
            "limitBytes: " + limitBytes + " (expected at least " + CHUNK_BYTES + ")");
      }
      this.limitBytes = limitBytes;
      long arenas = limitBytes / (FEWEST_CHUNKS_AN_ARENA * CHUNK_BYTES);
      this.pool =
          new PooledByteBufAllocator(
              true,
              0,
              (int) Math.max(1, Math.min(threads, arenas)),
              PAGE_BYTES,
              CHUNK_ORDER,
              0,
              0,
              false);
    }

    /**
     * The pool may have to take a chunk for it. One larger than all the room there is goes to the
     * heap, and one for which the emptied pool's chunks are in the way is let in: these are used
     * again first.
     */
    @Override
    public synchronized @Nullable ByteBuf tryAllocate(int bytes) {
      if (bytes > limitBytes) {
        return pool.pinnedDirectMemory() > 0 ? null : unpooled(bytes);
      }
      if (bytes() + Math.max(bytes, CHUNK_BYTES) <= limitBytes || pool.pinnedDirectMemory() == 0) {
        return pool.directBuffer(bytes, bytes);
      }
      return null;
    }

    private static ByteBuf unpooled(int bytes) {
      return Unpooled.buffer(bytes, bytes);
    }

    @Override
    public long bytes() {
      return pool.metric().usedDirectMemory();
    }

    @Override
    public long limitBytes() {
      return limitBytes;
    }
  }
}
