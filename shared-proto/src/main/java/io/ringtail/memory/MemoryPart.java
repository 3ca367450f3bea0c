package io.ringtail.memory;

import io.ringtail.metrics.Metrics;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One taker of memory outside the heap.
 *
 * @param name one word
 * @param bytes most it takes
 */
public record MemoryPart(String name, long bytes) {
  private static final int MIB_SHIFT = 20;

  /** All parts together. */
  public static long sum(List<MemoryPart> parts) {
    return parts.stream().mapToLong(MemoryPart::bytes).sum();
  }

  /** For a log line: {@code name=64MiB name=2MiB}, rounded down. */
  public static String text(List<MemoryPart> parts) {
    return parts.stream()
        .map(part -> part.name() + "=" + (part.bytes() >> MIB_SHIFT) + "MiB")
        .collect(Collectors.joining(" "));
  }

  /** Registers what is planned and what is taken. */
  public static void register(List<MemoryPart> parts, MemoryLimits limits, Metrics metrics) {
    for (MemoryPart part : parts) {
      metrics.gauge(
          "ringtail_direct_memory_planned_bytes",
          "Most that a part of this node takes of the memory outside the heap.",
          part::bytes,
          "part",
          part.name());
    }
    metrics.gauge(
        "ringtail_memory_limit_bytes",
        "Memory this process may take in all: its control group's limit, or three quarters of the"
            + " machine.",
        () -> JvmMemory.ofProcess().limitBytes());
    metrics.gauge(
        "ringtail_direct_memory_limit_bytes",
        "Memory outside the heap that this node may take: the JVM's limit, or its share of it.",
        limits::directBytes);
    metrics.gauge(
        "ringtail_direct_memory_bytes",
        "Memory outside the heap that the JVM has taken, all nodes in it together.",
        MemoryLimits::directInUse);
  }
}
