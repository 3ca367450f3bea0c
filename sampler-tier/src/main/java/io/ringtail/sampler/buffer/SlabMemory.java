package io.ringtail.sampler.buffer;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The memory outside the heap from which all shards of a sampler take their slabs, up to a limit.
 * That it has none is told, not thrown: intake asks before it accepts a part ({@link Slabs}).
 *
 * <p>The JVM is not asked for what it is known not to have: its refusal comes after it has
 * collected garbage and slept for half a second. Threads: any.
 */
public final class SlabMemory {
  private final long limitBytes;
  private final IntFunction<ByteBuffer> allocator;
  private final LongPredicate available;
  private final AtomicLong refusals = new AtomicLong();
  private final ArrayDeque<ByteBuffer> returned = new ArrayDeque<>();
  private volatile long takenBytes;
  private volatile boolean wanted;

  /**
   * @param limitBytes of all slabs together
   * @param allocator gives a slab of so many bytes, or throws {@link OutOfMemoryError}
   * @param available whether the JVM has so many bytes
   */
  public SlabMemory(long limitBytes, IntFunction<ByteBuffer> allocator, LongPredicate available) {
    this.limitBytes = limitBytes;
    this.allocator = allocator;
    this.available = available;
  }

  /** Without a limit but the JVM's. */
  public static SlabMemory unlimited() {
    return new SlabMemory(Long.MAX_VALUE, ByteBuffer::allocateDirect, bytes -> true);
  }

  /**
   * Takes a slab; all are of one size.
   *
   * @return null if there is no memory for it
   */
  synchronized @Nullable ByteBuffer tryTake(int bytes) {
    ByteBuffer slab = returned.poll();
    if (slab != null) {
      return slab;
    }
    if (takenBytes + bytes <= limitBytes && available.test(bytes)) {
      try {
        slab = allocator.apply(bytes);
        takenBytes += bytes;
        return slab;
      } catch (OutOfMemoryError e) {
        refused(); // another took it between the question and this
        return null;
      }
    }
    refused();
    return null;
  }

  private void refused() {
    wanted = true;
    refusals.incrementAndGet();
  }

  /** A shard that holds nothing gives a slab to the others. */
  synchronized void giveBack(ByteBuffer slab) {
    returned.add(slab);
    wanted = false;
  }

  /** Whether somebody went without since something was given back. */
  boolean isWanted() {
    return wanted;
  }

  /** Bytes of all slabs, those not in use included. */
  public long takenBytes() {
    return takenBytes;
  }

  public long limitBytes() {
    return limitBytes;
  }

  /** How often there was no memory for a slab. */
  public long refusals() {
    return refusals.get();
  }
}
