package io.ringtail.memory;

import com.codahale.metrics.Counter;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.ringtail.metrics.Metrics;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The one allocator of a node's connections, whose memory outside the heap has a limit. Netty's
 * pools have none: a chunk stays while one small buffer of it is in use, so they take more than is
 * in them, by a factor nobody can tell beforehand.
 *
 * <p>Two pools. What is read, put together and written by codecs and by gRPC comes from the first
 * one, through {@link #buffer(int)}; once that has all its chunks, such buffers lie on the heap,
 * which is slower by a copy and otherwise the same. What a socket reads into or writes from must
 * lie outside the heap and comes from the second one, through {@link #directBuffer(int)}: that is
 * at most some 64 KiB a connection, of which the ones to samplers are counted in the plan. A
 * connection to which more cannot be written fails: its peer does not read.
 *
 * <p>Threads: any. Buffers are the caller's.
 */
public final class NetworkMemory extends AbstractByteBufAllocator {
  /** The least that either pool may have. */
  public static final long LEAST_BYTES = 512 << 10;

  private static final int USUAL_BYTES = 256;
  private static final int PAGE_BYTES = 8 << 10;

  /** Room for two of the largest buffers of gRPC. */
  private static final int MOST_CHUNK_BYTES = 2 << 20;

  private static final int FEWEST_CHUNKS = 8;

  /** Each arena keeps a chunk or two when nothing is in it. */
  private static final int FEWEST_CHUNKS_AN_ARENA = 4;

  private static final int MOST_UNASKED = 1 << 10;

  private final Pool codecs;
  private final Pool sockets;
  private final Counter onHeapBytes;
  private final Counter refused;

  /**
   * @param codecBytes most that the first pool takes
   * @param socketBytes most that the second pool takes
   * @param threads that allocate: its event loops
   * @param metrics where it is served
   */
  public NetworkMemory(long codecBytes, long socketBytes, int threads, Metrics metrics) {
    super(true);
    this.codecs = new Pool("codecBytes", codecBytes, threads);
    this.sockets = new Pool("socketBytes", socketBytes, threads);
    metrics.gauge(
        "ringtail_connection_memory_bytes",
        "Memory outside the heap that connections have taken.",
        this::bytes);
    metrics.gauge(
        "ringtail_connection_memory_limit_bytes",
        "Limit of ringtail_connection_memory_bytes.",
        this::limitBytes);
    this.onHeapBytes =
        metrics.counter(
            "ringtail_connection_memory_heap_bytes_total",
            "Bytes of buffers of connections that lay on the heap, since there was no room outside"
                + " it.");
    this.refused =
        metrics.counter(
            "ringtail_connection_memory_refused_total",
            "Reads and writes that failed since sockets had no memory: a connection ended.");
  }

  /** One whose limits are never reached. */
  public static NetworkMemory unlimited(int threads) {
    return new NetworkMemory(Long.MAX_VALUE / 2, Long.MAX_VALUE / 2, threads, new Metrics());
  }

  @Override
  public ByteBuf buffer() {
    return buffer(USUAL_BYTES, Integer.MAX_VALUE);
  }

  @Override
  public ByteBuf buffer(int initialCapacity) {
    return buffer(initialCapacity, Integer.MAX_VALUE);
  }

  /** Outside the heap while there is room. */
  @Override
  public ByteBuf buffer(int initialCapacity, int maxCapacity) {
    ByteBuf buffer = codecs.tryAllocate(initialCapacity, maxCapacity);
    if (buffer != null) {
      return buffer;
    }
    onHeapBytes.inc(initialCapacity);
    return Unpooled.buffer(initialCapacity, maxCapacity);
  }

  @Override
  public CompositeByteBuf compositeBuffer(int maxNumComponents) {
    return compositeHeapBuffer(maxNumComponents);
  }

  /** Whoever asks for the heap keeps it for a while: it comes from the pool of the whole JVM. */
  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    return PooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity);
  }

  /**
   * For a socket.
   *
   * @throws OutOfMemoryError if the second pool has no room; what was to be read or written fails
   */
  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    ByteBuf buffer = sockets.tryAllocate(initialCapacity, maxCapacity);
    if (buffer == null) {
      refused.inc();
      throw new OutOfMemoryError(
          "memory of connections: "
              + initialCapacity
              + " bytes wanted, "
              + sockets.bytes()
              + " taken (expected at most "
              + sockets.limitBytes
              + ")");
    }
    return buffer;
  }

  @Override
  public boolean isDirectBufferPooled() {
    return true;
  }

  /** Bytes taken from the operating system. */
  public long bytes() {
    return codecs.bytes() + sockets.bytes();
  }

  /** Most of {@link #bytes()}. */
  public long limitBytes() {
    return codecs.limitBytes + sockets.limitBytes;
  }

  /** Bytes of buffers that lay on the heap for want of room, since the start. */
  public long onHeapBytes() {
    return onHeapBytes.getCount();
  }

  /** Reads and writes that failed for want of room, since the start. */
  public long refused() {
    return refused.getCount();
  }

  /**
   * A pool that does not grow beyond its limit. What it has taken is known only by asking all its
   * arenas. So when that is done it is also counted how many chunks there is room for, and as many
   * buffers are handed out before it is asked again: each takes a chunk at most.
   */
  private static final class Pool {
    private final long limitBytes;
    private final int threads;
    private final int chunkBytes;
    private final PooledByteBufAllocator pool;
    private final AtomicInteger unasked = new AtomicInteger();

    Pool(String name, long limitBytes, int threads) {
      if (limitBytes < LEAST_BYTES) {
        throw new IllegalArgumentException(
            name + ": " + limitBytes + " (expected at least " + LEAST_BYTES + ")");
      }
      this.limitBytes = limitBytes;
      this.threads = threads;
      this.chunkBytes =
          (int) Math.min(MOST_CHUNK_BYTES, Long.highestOneBit(limitBytes / FEWEST_CHUNKS));
      long arenas = limitBytes / FEWEST_CHUNKS_AN_ARENA / chunkBytes;
      int order = Integer.numberOfTrailingZeros(chunkBytes / PAGE_BYTES);
      this.pool =
          new PooledByteBufAllocator(
              true, 0, (int) Math.min(threads, arenas), PAGE_BYTES, order, 0, 0, false);
    }

    long bytes() {
      return pool.metric().usedDirectMemory();
    }

    /**
     * @return null if there is no room
     */
    @Nullable ByteBuf tryAllocate(int bytes, int maxBytes) {
      if (bytes > chunkBytes) {
        return tryLarge(bytes, maxBytes);
      }
      if (unasked.get() > 0 && unasked.getAndDecrement() > 0) {
        return pool.directBuffer(bytes, maxBytes);
      }
      return tryAsking(bytes, maxBytes);
    }

    /**
     * What fits into the chunks there are is let in. Another chunk may have to be taken to find out
     * that it does not: one is kept free for that, as an arena does not give it back at once. Each
     * other thread may be about to take one that it was let take before.
     */
    private synchronized @Nullable ByteBuf tryAsking(int bytes, int maxBytes) {
      long stopBytes = limitBytes - chunkBytes;
      if (bytes() > stopBytes) {
        return null;
      }
      ByteBuf buffer = pool.directBuffer(bytes, maxBytes);
      long room = stopBytes - bytes();
      if (room < 0) {
        buffer.release();
        return null;
      }
      unasked.set((int) Math.max(0, Math.min(MOST_UNASKED, room / chunkBytes - threads)));
      return buffer;
    }

    /** The pool takes memory of its own for such a buffer. */
    private synchronized @Nullable ByteBuf tryLarge(int bytes, int maxBytes) {
      unasked.set(0);
      long otherThreads = (threads - 1L) * chunkBytes;
      return bytes() + bytes + otherThreads > limitBytes - chunkBytes
          ? null
          : pool.directBuffer(bytes, maxBytes);
    }
  }
}
