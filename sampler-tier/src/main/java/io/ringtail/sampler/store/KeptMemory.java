package io.ringtail.sampler.store;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Where kept traces lie, put together, until they are finally answered. Bounded: while there is no
 * room a trace waits in the slabs, as it does while the export queue is full.
 *
 * <p>Each trace has memory of its own from the operating system's allocator, given back when it is
 * answered: in the chunks of a pool a few kept bytes hold megabytes, and whoever waits for them
 * waits on. Threads: any.
 */
public interface KeptMemory {
  /**
   * Room for an encoded trace.
   *
   * @return the caller's to release; null if there is no room now
   */
  @Nullable ByteBuf tryAllocate(int bytes);

  /** Bytes of the traces in it. */
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
   * @param limitBytes at least 1
   */
  static KeptMemory bounded(long limitBytes) {
    return new Bounded(limitBytes);
  }

  /** The only implementation but for tests and measurements. */
  final class Bounded implements KeptMemory {
    private final long limitBytes;
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true, false, true);

    private Bounded(long limitBytes) {
      if (limitBytes < 1) {
        throw new IllegalArgumentException("limitBytes: " + limitBytes + " (expected at least 1)");
      }
      this.limitBytes = limitBytes;
    }

    /** A trace larger than all the room there is goes to the heap when nothing else is kept. */
    @Override
    public synchronized @Nullable ByteBuf tryAllocate(int bytes) {
      long taken = bytes();
      if (bytes > limitBytes) {
        return taken > 0 ? null : memory.heapBuffer(bytes, bytes);
      }
      return bytes <= limitBytes - taken ? memory.directBuffer(bytes, bytes) : null;
    }

    @Override
    public long bytes() {
      return memory.metric().usedDirectMemory() + memory.metric().usedHeapMemory();
    }

    @Override
    public long limitBytes() {
      return limitBytes;
    }
  }
}
