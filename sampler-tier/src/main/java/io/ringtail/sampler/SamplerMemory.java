package io.ringtail.sampler;

import io.ringtail.memory.MemoryCuts;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.memory.MemoryPart;
import io.ringtail.memory.MemoryPlan;
import io.ringtail.sampler.export.ExportConfig;
import io.ringtail.sampler.store.ShardConfig;
import java.util.List;

/**
 * How a sampler divides its memory: the one place that knows all who take any outside the heap, and
 * what the settings become that ask for more than there is. Pure. Decision 0004.
 *
 * <p>The network comes first, since without it nothing moves; then the shards' slabs and kept
 * traces have what they are configured to, or share what is left.
 *
 * @param limits what is divided
 * @param slabBytes for spans of undecided traces
 * @param keptBytes for kept traces until they are answered
 * @param exportBytes for requests on their way to the backend, in gRPC's buffers
 * @param readBytes for what links and peers have sent and is not handed on, however many they are
 * @param networkBytes for pools of Netty and gRPC, and what waits to be written to links and peers
 * @param reserveBytes for buffers of the JVM's own, the metrics' port and rounding
 * @param unreadBytes on the heap, for spans waiting for shards
 * @param dictionaryBytes on the heap, for what links remember of resources
 * @param shards as they fit
 * @param export as it fits
 * @param cuts what was asked for and does not fit, one sentence each
 */
public record SamplerMemory(
    MemoryLimits limits,
    long slabBytes,
    long keptBytes,
    long exportBytes,
    long readBytes,
    long networkBytes,
    long reserveBytes,
    long unreadBytes,
    long dictionaryBytes,
    ShardConfig shards,
    ExportConfig export,
    List<String> cuts) {
  private static final long MIB = 1 << 20;

  /** gRPC's pool takes chunks of 2 MiB, and keeps one for each arena. */
  private static final long CHUNK_BYTES = 2 * MIB;

  /** Netty makes so few arenas that three chunks of 4 MiB in each are half of all there is. */
  private static final long DIRECT_BYTES_AN_ARENA = 24 * MIB;

  private static final long MOST_READ_BYTES = 256 * MIB;

  /** One part of what is buffered lies on the heap. */
  private static final int SHARE_ON_HEAP = 4;

  /** Of a heap that is too small for all of it. */
  private static final int LEAST_SHARE_OF_HEAP = 8;

  /**
   * Divides.
   *
   * @throws IllegalArgumentException if there is too little for any sampler
   */
  public static SamplerMemory of(MemoryLimits limits, ShardConfig shards, ExportConfig export) {
    long all = limits.enoughFor("a sampler").directBytes();
    long reserve = all / 16;
    long arenas = Math.max(1, Math.min(2L * limits.processors(), all / DIRECT_BYTES_AN_ARENA));
    long network = arenas * CHUNK_BYTES + all / 32;
    long read = Math.min(all / 16, MOST_READ_BYTES);
    int traceBytes = (int) Math.min(shards.maxTraceBytes(), all / 16);
    long inFlight = Math.max(traceBytes, Math.min(export.mostInFlightBytes(), all / 16));
    long exporting = export.endpoints().isEmpty() ? 0 : inFlight + inFlight / 4;

    long left = all - reserve - network - read - exporting;
    ShardConfig wanted = shards.withMaxTraceBytes(traceBytes);
    long keptWanted = keptBytes(export, wanted.shards(), all);
    long kept = Math.min(keptWanted, Math.max(left / 5, left - wanted.slabBytesFor()));
    long unread = Math.max(8 * MIB, limits.heapBytes() / 8);
    long dictionaries = Math.max(4 * MIB, limits.heapBytes() / 16);
    ExportConfig exports =
        export.within(queuedBytes(export, kept, wanted.shards(), limits.heapBytes()), inFlight);
    long otherHeap = heapBeside(exports, unread, dictionaries);
    ShardConfig fitting =
        withinHeap(wanted, limits.heapBytes() - otherHeap, limits).fitting(left - kept);
    return new SamplerMemory(
        limits,
        Math.min(left - kept, fitting.slabBytesFor()),
        kept,
        exporting,
        read,
        network,
        reserve,
        unread,
        dictionaries,
        fitting,
        exports,
        cuts(shards, fitting, export, exports));
  }

  /** Beside what is queued, what each shard has put together and cannot queue yet. */
  private static long keptBytes(ExportConfig export, int shards, long all) {
    long queued = Math.min(export.maxQueuedBytes(), all) * Math.max(1, export.destinations());
    return queued + (shards + 1L) * MIB;
  }

  /** What is queued lies in requests on the heap as well. */
  private static long queuedBytes(ExportConfig export, long kept, int shards, long heap) {
    int destinations = Math.max(1, export.destinations());
    long room = Math.max(MIB / 2, kept - (shards + 1L) * MIB);
    return Math.min(export.maxQueuedBytes(), Math.min(room, heap / 4) / destinations);
  }

  private static List<String> cuts(
      ShardConfig asked, ShardConfig given, ExportConfig askedOfExport, ExportConfig givenExport) {
    MemoryCuts cuts =
        new MemoryCuts()
            .add(
                "sampler.max-buffered-bytes",
                asked.isAuto() ? 0 : asked.maxBufferedBytes(),
                given.maxBufferedBytes())
            .add("sampler.max-trace-bytes", asked.maxTraceBytes(), given.maxTraceBytes());
    if (askedOfExport.destinations() > 0) {
      cuts.add(
          "sampler.export.max-queued-bytes",
          askedOfExport.maxQueuedBytes(),
          givenExport.maxQueuedBytes());
    }
    return cuts.list();
  }

  /** All of it, to be told. */
  MemoryPlan plan() {
    return new MemoryPlan(limits, parts(), cuts, leastHeapBytes());
  }

  /** All who take memory outside the heap; together they fit. */
  List<MemoryPart> parts() {
    return List.of(
        new MemoryPart("slabs", slabBytes),
        new MemoryPart("kept", keptBytes),
        new MemoryPart("export", exportBytes),
        new MemoryPart("read", readBytes),
        new MemoryPart("network", networkBytes),
        new MemoryPart("reserve", reserveBytes));
  }

  /**
   * The heap a sampler of these settings needs: itself, what of the byte budget lies on the heap
   * (decisions, the index of traces, resources: a quarter is much), queued requests, unread spans,
   * dictionaries.
   */
  long leastHeapBytes() {
    return heapBeside(export, unreadBytes, dictionaryBytes)
        + shards.maxBufferedBytes() / SHARE_ON_HEAP;
  }

  private static long heapBeside(ExportConfig export, long unread, long dictionaries) {
    return MemoryLimits.HEAP_BASE_BYTES
        + export.maxQueuedBytes() * export.destinations()
        + unread
        + dictionaries;
  }

  /** Who leaves it to the product gets no more to buffer than the heap carries its part of. */
  private static ShardConfig withinHeap(ShardConfig asked, long heapLeft, MemoryLimits limits) {
    if (!asked.isAuto()) {
      return asked;
    }
    long heap = Math.max(heapLeft, limits.heapBytes() / LEAST_SHARE_OF_HEAP);
    return asked.withMaxBufferedBytes(Math.min(asked.maxBufferedBytes(), heap * SHARE_ON_HEAP));
  }
}
