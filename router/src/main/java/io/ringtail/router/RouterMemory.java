package io.ringtail.router;

import io.ringtail.memory.MemoryCuts;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.memory.MemoryPart;
import io.ringtail.memory.MemoryPlan;
import io.ringtail.memory.NetworkMemory;
import io.ringtail.metrics.Metrics;
import io.ringtail.router.forward.ForwardConfig;
import io.ringtail.router.receive.ReceiveConfig;
import io.ringtail.router.retain.RetentionConfig;
import java.util.List;

/**
 * How a router divides its memory: the one place that knows all who take any outside the heap, and
 * what the settings become that ask for more than there is. Pure. Decision 0007.
 *
 * <p>The network comes first; then what clients are sending and the log of what samplers have
 * accepted have what they are configured to, or share what is left.
 *
 * @param limits what is divided
 * @param retentionBytes for the log of accepted parts
 * @param receiveBytes for requests that have begun and are not whole, in their buffers
 * @param writeBytes for messages on their way to samplers, in gRPC's buffers
 * @param networkBytes for what sockets are reading and writing at this moment
 * @param reserveBytes for buffers of the JVM's own, the metrics' port and rounding
 * @param readBytes at once, through a buffer of each event loop
 * @param receive as it fits
 * @param forward as it fits
 * @param retention as it fits
 * @param cuts what was asked for and does not fit, one sentence each
 */
public record RouterMemory(
    MemoryLimits limits,
    long retentionBytes,
    long receiveBytes,
    long writeBytes,
    long networkBytes,
    long reserveBytes,
    int readBytes,
    ReceiveConfig receive,
    ForwardConfig forward,
    RetentionConfig retention,
    List<String> cuts) {
  private static final long MIB = 1 << 20;

  /** The log has half at most, or too little would be left for what becomes of it. */
  private static final int LOG_SHARE = 2;

  private static final long MOST_WRITE_BYTES = 256 * MIB;

  private static final int MOST_READ_BYTES = 64 << 10;
  private static final int LEAST_READ_BYTES = 4 << 10;

  /** As it came, inflated, and converted from JSON. */
  private static final int COPIES_OF_A_BODY = 3;

  /**
   * Divides.
   *
   * @throws IllegalArgumentException if there is too little for any router
   */
  public static RouterMemory of(
      MemoryLimits limits,
      ReceiveConfig receive,
      ForwardConfig forward,
      RetentionConfig retention) {
    long all = limits.enoughFor("a router").directBytes();
    long reserve = all / 16;
    int read = readBytes(limits);
    long network = all / 16 + (long) read * limits.processors();
    long write = Math.min(all / 8, MOST_WRITE_BYTES);
    long left = all - reserve - network - write;

    ForwardConfig forwards =
        forward.within(Math.max(MIB, limits.heapBytes() / 4), write - write / 5);
    long receiveWanted = withLosses(Math.min(receive.maxBytesInFlight(), all));
    long retentionWanted =
        Math.min(retention.memoryBytesFor(forwards.maxBytesHeld()), all / LOG_SHARE);
    long receiving = Math.min(receiveWanted, Math.max(left / 4, left - retentionWanted));
    long log = Math.min(left - receiving, all / LOG_SHARE);
    RetentionConfig retentions = retention.within(log, forwards.maxBytesHeld());
    long incoming = withoutLosses(receiving);
    ReceiveConfig receives =
        receive.within(
            incoming,
            (int) Math.min(incoming / 3 * 2, limits.heapBytes() / (8L * limits.processors())));
    return new RouterMemory(
        limits,
        Math.min(log, retentions.memoryBytes()),
        receiving,
        write,
        network,
        reserve,
        read,
        receives,
        forwards,
        retentions,
        cuts(receive, receives, forward, forwards, retention, retentions));
  }

  /** Of all loops together a sixteenth at most. */
  private static int readBytes(MemoryLimits limits) {
    long fair = limits.directBytes() / 16 / limits.processors();
    return (int) Math.max(LEAST_READ_BYTES, Math.min(MOST_READ_BYTES, fair));
  }

  /** A pool's buffers come in sizes a quarter apart, and lie in chunks that are not full. */
  private static long withLosses(long bytes) {
    return bytes + bytes / 2;
  }

  private static long withoutLosses(long bytes) {
    return bytes - bytes / 3;
  }

  private static List<String> cuts(
      ReceiveConfig receive,
      ReceiveConfig receives,
      ForwardConfig forward,
      ForwardConfig forwards,
      RetentionConfig retention,
      RetentionConfig retentions) {
    return new MemoryCuts()
        .add(
            "router.receive.max-request-bytes",
            receive.maxRequestBytes(),
            receives.maxRequestBytes())
        .add("router.forward.max-bytes-held", forward.maxBytesHeld(), forwards.maxBytesHeld())
        .add(
            "router.retention.max-bytes",
            retention.isAuto() ? 0 : retention.maxBytes(),
            retentions.maxBytes())
        .list();
  }

  /** Of all connections. What is received and what is sent share a pool. */
  NetworkMemory connections(Metrics metrics) {
    return new NetworkMemory(
        receiveBytes + writeBytes,
        networkBytes - (long) readBytes * limits.processors(),
        limits.processors(),
        metrics);
  }

  /** All of it, to be told. */
  MemoryPlan plan() {
    return new MemoryPlan(limits, parts(), cuts, leastHeapBytes());
  }

  /** All who take memory outside the heap; together they fit. */
  List<MemoryPart> parts() {
    return List.of(
        new MemoryPart("retention", retentionBytes),
        new MemoryPart("receive", receiveBytes),
        new MemoryPart("write", writeBytes),
        new MemoryPart("network", networkBytes),
        new MemoryPart("reserve", reserveBytes));
  }

  /**
   * The heap a router of these settings needs: itself, parts that no sampler has accepted yet, a
   * body in each event loop, and what the log keeps beside the spans (a tenth is much).
   */
  long leastHeapBytes() {
    return MemoryLimits.HEAP_BASE_BYTES
        + forward.maxBytesHeld()
        + (long) COPIES_OF_A_BODY * receive.maxRequestBytes()
        + retention.maxBytes() / 10;
  }
}
