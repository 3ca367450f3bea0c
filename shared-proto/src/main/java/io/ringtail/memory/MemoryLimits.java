package io.ringtail.memory;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/**
 * What one node may take.
 *
 * @param directBytes outside the heap: buffers of ours, of Netty and of the JVM itself
 * @param heapBytes of the heap
 * @param processors by which threads, and their pools, are counted
 * @param remedy what to do if that is too little
 */
public record MemoryLimits(long directBytes, long heapBytes, int processors, String remedy) {
  private static final BufferPoolMXBean DIRECT =
      ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
          .filter(pool -> pool.getName().equals("direct"))
          .findFirst()
          .orElseThrow(() -> new AssertionError("a JVM without a direct buffer pool"));

  /**
   * Less than this outside the heap is too little for any node: connections alone would need more
   * than half.
   */
  public static final long LEAST_DIRECT_BYTES = 16 << 20;

  /** Of the JVM with all its classes, connections and what is on its way through them. */
  public static final long HEAP_BASE_BYTES = 64 << 20;

  static final String SET_FLAG = "set -XX:MaxDirectMemorySize";

  /** Of a JVM whose flags say what it may take. */
  public MemoryLimits(long directBytes, long heapBytes, int processors) {
    this(directBytes, heapBytes, processors, SET_FLAG);
  }

  /** All this JVM may take, by the memory limit it runs under. */
  public static MemoryLimits ofJvm() {
    return JvmMemory.ofProcess().limits();
  }

  /**
   * The same.
   *
   * @param node what is to live on it, with its article
   * @throws IllegalArgumentException if that is too little for any node
   */
  public MemoryLimits enoughFor(String node) {
    if (directBytes < LEAST_DIRECT_BYTES) {
      throw new IllegalArgumentException(
          "memory outside the heap: "
              + directBytes
              + " bytes for "
              + node
              + " (expected at least "
              + LEAST_DIRECT_BYTES
              + "; "
              + remedy
              + ")");
    }
    return this;
  }

  /** An equal share for each of several nodes in one JVM. Its threads are as many as ever. */
  public MemoryLimits sharedBy(int nodes) {
    return new MemoryLimits(directBytes / nodes, heapBytes / nodes, processors, remedy);
  }

  /** Bytes of this JVM outside its heap that are taken, by whomever. */
  public static long directInUse() {
    return DIRECT.getMemoryUsed() + nettysOwn();
  }

  /** With some JVM flags Netty takes memory that the JVM does not count. */
  private static long nettysOwn() {
    return PlatformDependent.useDirectBufferNoCleaner() ? PlatformDependent.usedDirectMemory() : 0;
  }

  /**
   * Whether this process may take so many bytes more outside its heap. To ask the JVM for more than
   * it gives stops all threads for its collector, and the asking one for half a second.
   */
  public static boolean hasDirect(long bytes) {
    return directInUse() + bytes <= JvmMemory.ofProcess().mostDirectBytes();
  }
}
