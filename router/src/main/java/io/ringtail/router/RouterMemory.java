package io.ringtail.router;

import io.ringtail.memory.MemoryLimits;
import io.ringtail.memory.MemoryPart;
import io.ringtail.router.forward.ForwardConfig;
import io.ringtail.router.receive.ReceiveConfig;
import io.ringtail.router.retain.RetentionConfig;
import java.util.ArrayList;
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
 * @param receiveBytes for requests that have begun and are not whole, in gRPC's buffers
 * @param writeBytes for messages on their way to samplers, in gRPC's buffers
 * @param networkBytes for pools of Netty and gRPC, and answers
 * @param reserveBytes for buffers of the JVM's own, the metrics' port and rounding
 * @param receive as it fits
 * @param forward as it fits
 * @param retention as it fits
 * @param cuts what was asked for and does not fit, one sentence each
 */
record RouterMemory(
    MemoryLimits limits,
    long retentionBytes,
    long receiveBytes,
    long writeBytes,
    long networkBytes,
    long reserveBytes,
    ReceiveConfig receive,
    ForwardConfig forward,
    RetentionConfig retention,
    List<String> cuts) {
  private static final long MIB = 1 << 20;

  /** Below it the network alone would need more than half. */
  static final long LEAST_DIRECT_BYTES = 16 * MIB;

  /** gRPC's pool takes chunks of 2 MiB, and keeps one for each arena. */
  private static final long CHUNK_BYTES = 2 * MIB;

  /** Netty makes so few arenas that three chunks of 4 MiB in each are half of all there is. */
  private static final long DIRECT_BYTES_AN_ARENA = 24 * MIB;

  /**
   * The log has a quarter at most. gRPC's pools hold more than is in them, as a chunk stays while
   * one small buffer of it is in use: under overload 84 of 128 MiB went to others than the log,
   * where their parts come to 59.
   */
  private static final int LOG_SHARE = 4;

  private static final long MOST_WRITE_BYTES = 256 * MIB;

  /** What has been read lies in buffers that are not full. */
  private static final int READ_SHARE = 2;

  /** Of the JVM with all its classes, connections and what is on its way through them. */
  private static final long HEAP_BASE_BYTES = 64 * MIB;

  /** As it came, inflated, and converted from JSON. */
  private static final int COPIES_OF_A_BODY = 3;

  /**
   * Divides.
   *
   * @throws IllegalArgumentException if there is too little for any router
   */
  static RouterMemory of(
      MemoryLimits limits,
      ReceiveConfig receive,
      ForwardConfig forward,
      RetentionConfig retention) {
    long all = limits.directBytes();
    if (all < LEAST_DIRECT_BYTES) {
      throw new IllegalArgumentException(
          "memory outside the heap: "
              + all
              + " bytes for a router (expected at least "
              + LEAST_DIRECT_BYTES
              + "; set -XX:MaxDirectMemorySize)");
    }
    long reserve = all / 16;
    long arenas = Math.max(1, Math.min(2L * limits.processors(), all / DIRECT_BYTES_AN_ARENA));
    long network = arenas * CHUNK_BYTES + all / 32;
    long write = Math.min(all / 8, MOST_WRITE_BYTES);
    long left = all - reserve - network - write;

    ForwardConfig forwards =
        forward.within(Math.max(MIB, limits.heapBytes() / 4), write - write / 5);
    long receiveWanted = Math.min(receive.maxBytesInFlight(), all) * READ_SHARE;
    long retentionWanted = retention.memoryBytesFor(forwards.maxBytesHeld());
    long receiving = Math.min(receiveWanted, Math.max(left / 4, left - retentionWanted));
    long log = Math.min(left - receiving, all / LOG_SHARE);
    RetentionConfig retentions = retention.within(log, forwards.maxBytesHeld());
    long incoming = receiving / READ_SHARE;
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
        receives,
        forwards,
        retentions,
        cuts(receive, receives, forward, forwards, retention, retentions));
  }

  private static List<String> cuts(
      ReceiveConfig receive,
      ReceiveConfig receives,
      ForwardConfig forward,
      ForwardConfig forwards,
      RetentionConfig retention,
      RetentionConfig retentions) {
    List<String> cuts = new ArrayList<>();
    cut(
        cuts,
        "router.receive.max-request-bytes",
        receive.maxRequestBytes(),
        receives.maxRequestBytes());
    cut(cuts, "router.forward.max-bytes-held", forward.maxBytesHeld(), forwards.maxBytesHeld());
    cut(cuts, "router.retention.max-bytes", retention.maxBytes(), retentions.maxBytes());
    return List.copyOf(cuts);
  }

  private static void cut(List<String> cuts, String key, long asked, long given) {
    if (given < asked) {
      cuts.add(key + " is " + given + " instead of " + asked);
    }
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
    return HEAP_BASE_BYTES
        + forward.maxBytesHeld()
        + (long) COPIES_OF_A_BODY * receive.maxRequestBytes()
        + retention.maxBytes() / 10;
  }
}
