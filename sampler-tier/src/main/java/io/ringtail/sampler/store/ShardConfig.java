package io.ringtail.sampler.store;

import io.ringtail.config.ConfigSection;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.trace.TraceHash;

/**
 * How a sampler buffers, from {@code sampler:} in its config.
 *
 * @param shards number of shards, each with a thread; 64 at most
 * @param maxBufferedBytes bytes of spans, traces, resources and decisions in all shards together;
 *     the most there may be is all that the sampler's memory gives
 * @param highWater share of these bytes, 0 to 1, above which the oldest traces are decided early
 * @param queuedBatches most batches waiting for one shard
 * @param maxTraceSpans spans of one trace at which it is decided on what is there
 * @param maxTraceBytes span bytes of one trace at which it is decided on what is there
 * @param pace of handoffs; not a key
 */
public record ShardConfig(
    int shards,
    long maxBufferedBytes,
    double highWater,
    int queuedBatches,
    int maxTraceSpans,
    int maxTraceBytes,
    TransferPace pace) {
  /** Most shards of a sampler. */
  public static final int MAX_SHARDS = 64;

  private static final int MAX_AUTOMATIC_SHARDS = 8;
  private static final long MIB = 1 << 20;
  private static final long MAX_BYTES_PER_SHARD = 16L << 30;
  private static final double MIN_HIGH_WATER = 0.1;
  private static final double MAX_HIGH_WATER = 0.9;
  private static final double DEFAULT_HIGH_WATER = 0.85;
  private static final int MAX_TRACE_SPANS = 10_000_000;
  private static final int CACHE_SHARE = 16;
  private static final int NOTE_SHARE = 64;
  private static final int SCATTERED_SHARE = 16;
  private static final int LEAST_SLAB_BYTES = 16 << 10;

  /** Each slab takes a cache line more, to begin at one. */
  private static final int SLAB_HEAD_SHARE = LEAST_SLAB_BYTES / 64;

  /** Handoffs at the usual pace. */
  public ShardConfig(
      int shards,
      long maxBufferedBytes,
      double highWater,
      int queuedBatches,
      int maxTraceSpans,
      int maxTraceBytes) {
    this(
        shards,
        maxBufferedBytes,
        highWater,
        queuedBatches,
        maxTraceSpans,
        maxTraceBytes,
        TransferPace.DEFAULT);
  }

  /** Everything as it is when the config says nothing. */
  public static ShardConfig defaults() {
    return read(new ConfigSection());
  }

  /** Reads {@code sampler:}; problems go to the section. */
  public static ShardConfig read(ConfigSection sampler) {
    return read(sampler, 0);
  }

  /**
   * Reads {@code sampler:}; problems go to the section.
   *
   * @param numShards {@code tail_sampling.num_shards}, which counts if {@code sampler.shards} is 0;
   *     0 if it says nothing either
   */
  public static ShardConfig read(ConfigSection sampler, int numShards) {
    int shards = sampler.integer("shards", 0, 0, MAX_SHARDS);
    int wanted = shards > 0 ? shards : Math.min(numShards, MAX_SHARDS);
    int actual = wanted > 0 ? wanted : automaticShards();
    sampler.chosen("shards", actual);
    return new ShardConfig(
        actual,
        sampler.bytesOrAuto("max-buffered-bytes", 4 * MIB, MAX_BYTES_PER_SHARD * actual),
        sampler.number("high-water", DEFAULT_HIGH_WATER, MIN_HIGH_WATER, MAX_HIGH_WATER),
        sampler.integer("queued-batches", 1024, 1, 1 << 20),
        sampler.integer("max-trace-spans", 10_000, 1, MAX_TRACE_SPANS),
        (int) sampler.bytes("max-trace-bytes", 8 * MIB, 1024, 1024 * MIB));
  }

  /** This, with another {@link #maxTraceBytes}. */
  public ShardConfig withMaxTraceBytes(int bytes) {
    return new ShardConfig(
        shards, maxBufferedBytes, highWater, queuedBatches, maxTraceSpans, bytes, pace);
  }

  /** Whether it is to buffer as much as memory allows. */
  public boolean isAuto() {
    return maxBufferedBytes == MAX_BYTES_PER_SHARD * shards;
  }

  /** This, with another {@link #maxBufferedBytes}. */
  public ShardConfig withMaxBufferedBytes(long bytes) {
    return new ShardConfig(
        shards, bytes, highWater, queuedBatches, maxTraceSpans, maxTraceBytes, pace);
  }

  public ShardConfig withPace(TransferPace other) {
    return new ShardConfig(
        shards, maxBufferedBytes, highWater, queuedBatches, maxTraceSpans, maxTraceBytes, other);
  }

  /**
   * Memory outside the heap that these settings may take. Free blocks lie scattered, up to a
   * sixteenth; each shard takes memory by the slab, and fills one.
   */
  public long slabBytesFor() {
    long scattered = maxBufferedBytes + maxBufferedBytes / SCATTERED_SHARE;
    return scattered + scattered / SLAB_HEAD_SHARE + 2L * shards * slabBytes();
  }

  /**
   * This, with as much to buffer as {@code bytes} outside the heap are enough for, and with no more
   * than before.
   *
   * @throws IllegalArgumentException if they are not enough for a slab a shard
   */
  public ShardConfig fitting(long bytes) {
    if (slabBytesFor() <= bytes) {
      return this;
    }
    long enough = 0;
    long tooMuch = maxBufferedBytes;
    while (tooMuch - enough > 1) {
      long middle = (enough + tooMuch) / 2;
      if (withMaxBufferedBytes(middle).slabBytesFor() <= bytes) {
        enough = middle;
      } else {
        tooMuch = middle;
      }
    }
    if (enough == 0) {
      throw new IllegalArgumentException(
          bytes
              + " bytes outside the heap for the slabs of "
              + shards
              + " shards (expected more: raise the memory limit, or take fewer sampler.shards)");
    }
    return withMaxBufferedBytes(enough);
  }

  private static int automaticShards() {
    return Math.min(MAX_AUTOMATIC_SHARDS, Runtime.getRuntime().availableProcessors());
  }

  /** Whether the decision caches of {@code tail} leave at least half of the bytes for spans. */
  public boolean fits(TailSamplingConfig tail) {
    return DecisionCaches.bytes(this, tail) <= maxBufferedBytes / 2;
  }

  /** Bytes for remembered decisions when the config sets no cache size. */
  long cacheBytes() {
    return maxBufferedBytes / CACHE_SHARE;
  }

  /** Bytes of notes in one shard above which old windows merge (protocol M8). */
  public long noteBytes() {
    return maxBufferedBytes / shards / NOTE_SHARE;
  }

  /** The unit in which a shard takes memory: small beside its share, few in number. */
  public int slabBytes() {
    long share = maxBufferedBytes / shards / 256;
    return (int)
        Math.max(LEAST_SLAB_BYTES, Math.min(16 * MIB, Long.highestOneBit(Math.max(1, share))));
  }

  /** The one of so many shards that a slot lies in. */
  public static int shardOfSlot(int slot, int shards) {
    return (int) (((long) slot * shards) >>> TraceHash.SLOT_BITS);
  }
}
