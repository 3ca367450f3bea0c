package io.ringtail.memory;

import io.ringtail.metrics.Metrics;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node divides what it may take.
 *
 * @param parts of the memory outside the heap
 * @param cuts what was asked for and does not fit, one sentence each
 * @param leastHeapBytes the heap such a node needs
 */
public record MemoryPlan(
    MemoryLimits limits, List<MemoryPart> parts, List<String> cuts, long leastHeapBytes) {
  private static final Logger log = LoggerFactory.getLogger(MemoryPlan.class);
  private static final int MIB_SHIFT = 20;

  /**
   * Logs it, with what is cut or too little, and serves it.
   *
   * @param settings what the operator may want to know besides, as {@code key=value}
   */
  public void announce(String nodeId, String settings, Metrics metrics) {
    log.info(
        "event=memory node={} direct_mib={} {} {} heap_mib={} heap_needed_mib={}",
        nodeId,
        limits.directBytes() >> MIB_SHIFT,
        MemoryPart.text(parts),
        settings,
        limits.heapBytes() >> MIB_SHIFT,
        leastHeapBytes >> MIB_SHIFT);
    for (String cut : cuts) {
      log.warn(
          "event=memory-cut node={} reason=\"{}: there is no more memory; raise the memory limit, or"
              + " configure less\"",
          nodeId,
          cut);
    }
    if (limits.heapBytes() < leastHeapBytes) {
      log.warn(
          "event=heap-small node={} heap_mib={} needed_mib={} reason=\"raise the memory limit, or"
              + " configure less\"",
          nodeId,
          limits.heapBytes() >> MIB_SHIFT,
          leastHeapBytes >> MIB_SHIFT);
    }
    MemoryPart.register(parts, limits, metrics);
  }
}
