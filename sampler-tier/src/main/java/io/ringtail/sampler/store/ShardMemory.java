package io.ringtail.sampler.store;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.ringtail.sampler.buffer.SlabMemory;
import java.nio.ByteBuffer;
import java.util.function.LongPredicate;

/**
 * Where the shards of a sampler keep what they hold, and how much that may be beside the byte
 * budget of {@link ShardConfig#maxBufferedBytes}: that one says what spans take, this what memory
 * there is for them. Threads: any.
 */
public final class ShardMemory {
  private final SlabMemory slabs;
  private final KeptMemory kept;
  private final long maxUnreadBytes;

  private ShardMemory(SlabMemory slabs, KeptMemory kept, long maxUnreadBytes) {
    this.slabs = slabs;
    this.kept = kept;
    this.maxUnreadBytes = maxUnreadBytes;
  }

  /**
   * A part of the JVM's memory.
   *
   * @param slabBytes outside the heap, for spans of traces
   * @param keptBytes outside the heap, for kept traces until they are answered
   * @param maxUnreadBytes of spans in queues, on the heap
   * @param available whether the JVM has so many bytes outside its heap now
   */
  public static ShardMemory of(
      long slabBytes, long keptBytes, long maxUnreadBytes, LongPredicate available) {
    return new ShardMemory(
        new SlabMemory(slabBytes, ByteBuffer::allocateDirect, available),
        KeptMemory.bounded(keptBytes),
        maxUnreadBytes);
  }

  /** All the JVM has. */
  public static ShardMemory unlimited() {
    return unlimited(PooledByteBufAllocator.DEFAULT);
  }

  public static ShardMemory unlimited(ByteBufAllocator allocator) {
    return new ShardMemory(SlabMemory.unlimited(), KeptMemory.unlimited(allocator), Long.MAX_VALUE);
  }

  /** For tests: slabs from elsewhere. */
  public ShardMemory withSlabs(SlabMemory others) {
    return new ShardMemory(others, kept, maxUnreadBytes);
  }

  /** For tests. */
  public ShardMemory withKept(KeptMemory other) {
    return new ShardMemory(slabs, other, maxUnreadBytes);
  }

  /** For tests. */
  public ShardMemory withMaxUnreadBytes(long bytes) {
    return new ShardMemory(slabs, kept, bytes);
  }

  public SlabMemory slabs() {
    return slabs;
  }

  public KeptMemory kept() {
    return kept;
  }

  public long maxUnreadBytes() {
    return maxUnreadBytes;
  }
}
