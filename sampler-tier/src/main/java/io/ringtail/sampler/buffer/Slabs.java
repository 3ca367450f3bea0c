package io.ringtail.sampler.buffer;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The slabs of one shard. Intake has bytes promised before it accepts a part, and takes the slabs
 * for them there and then, so that the shard finds them when it reads the part (protocol A2).
 *
 * <p>Any free block can take any span, so slabs of as many bytes as are promised are enough; one
 * more lets the shard choose runs of a fitting size.
 *
 * <p>Threads: {@link #tryPromise} and {@link #withdraw} any; the rest the shard's.
 */
public final class Slabs {
  private final SlabMemory memory;
  private final int slabBytes;
  private final Queue<ByteBuffer> ready = new ConcurrentLinkedQueue<>();
  private final AtomicLong promisedBytes = new AtomicLong();

  /** Of slabs in the pool or ready for it. */
  private final AtomicLong grantedBytes = new AtomicLong();

  /**
   * @param slabBytes a power of two, at least 4 KiB
   */
  public Slabs(SlabMemory memory, int slabBytes) {
    if (Integer.bitCount(slabBytes) != 1 || slabBytes < 4096) {
      throw new IllegalArgumentException(
          "slabBytes: " + slabBytes + " (expected a power of two, at least 4096)");
    }
    this.memory = memory;
    this.slabBytes = slabBytes;
  }

  /**
   * Sees to it that the shard can store so many more bytes in blocks.
   *
   * @return false if there is no memory for them; nothing is promised then
   */
  public boolean tryPromise(long bytes) {
    boolean kept = false;
    try {
      kept = grant(promisedBytes.addAndGet(bytes));
      return kept;
    } finally {
      if (!kept) {
        withdraw(bytes);
      }
    }
  }

  /** Takes what is missing for all promises, and a slab more if there is one. */
  private boolean grant(long promised) {
    while (grantedBytes.get() < promised + slabBytes) {
      ByteBuffer slab = memory.tryTake(bytesToAllocate());
      if (slab == null) {
        return grantedBytes.get() >= promised;
      }
      ready.add(slab);
      grantedBytes.addAndGet(slabBytes);
    }
    return true;
  }

  /** A promise is not needed. */
  public void withdraw(long bytes) {
    promisedBytes.addAndGet(-bytes);
  }

  /**
   * The shard has stored what promises were made for.
   *
   * @param promised promises that have been used up
   * @param usedDelta change of the bytes of blocks in use
   */
  public void settle(long promised, long usedDelta) {
    promisedBytes.addAndGet(usedDelta - promised);
  }

  /** A slab for the pool; null if there is no memory. */
  @Nullable ByteBuffer take() {
    ByteBuffer slab = ready.poll();
    if (slab == null) {
      slab = memory.tryTake(bytesToAllocate());
      if (slab != null) {
        grantedBytes.addAndGet(slabBytes);
      }
    }
    return slab;
  }

  /** Whether other shards could use what an empty pool keeps. */
  boolean areWantedElsewhere() {
    return memory.isWanted() && promisedBytes.get() == 0;
  }

  /** The pool has no use for a slab. */
  void giveBack(ByteBuffer slab) {
    grantedBytes.addAndGet(-slabBytes);
    memory.giveBack(slab);
  }

  int slabBytes() {
    return slabBytes;
  }

  /** What a slab takes, so that it can begin at a cache line. */
  int bytesToAllocate() {
    return slabBytes + BlockPool.ALIGNMENT;
  }

  /** Bytes taken from the operating system. Threads: any. */
  public long bytes() {
    return grantedBytes.get() / slabBytes * bytesToAllocate();
  }
}
