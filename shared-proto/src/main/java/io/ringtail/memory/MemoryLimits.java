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
 */
public record MemoryLimits(long directBytes, long heapBytes, int processors) {
  private static final BufferPoolMXBean DIRECT =
      ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
          .filter(pool -> pool.getName().equals("direct"))
          .findFirst()
          .orElseThrow(() -> new AssertionError("a JVM without a direct buffer pool"));

  /** All this JVM gives: {@code -XX:MaxDirectMemorySize} and {@code -Xmx}. */
  public static MemoryLimits ofJvm() {
    return new MemoryLimits(
        PlatformDependent.estimateMaxDirectMemory(),
        Runtime.getRuntime().maxMemory(),
        Runtime.getRuntime().availableProcessors());
  }

  /** An equal share for each of several nodes in one JVM. Its threads are as many as ever. */
  public MemoryLimits sharedBy(int nodes) {
    return new MemoryLimits(directBytes / nodes, heapBytes / nodes, processors);
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
   * Whether the JVM has so many bytes outside its heap. To ask it for more than it has stops all
   * threads for its collector, and the asking one for half a second.
   */
  public static boolean hasDirect(long bytes) {
    return directInUse() + bytes <= PlatformDependent.estimateMaxDirectMemory();
  }
}
