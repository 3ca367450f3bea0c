package io.ringtail.sampler.shard;

import io.ringtail.refusal.Refusal;
import io.ringtail.sampler.account.SamplerMetrics;
import io.ringtail.sampler.account.SamplerMetrics.RefusalCause;
import io.ringtail.sampler.buffer.ByteBudget;
import io.ringtail.sampler.buffer.ContextTable;
import io.ringtail.sampler.buffer.GroupTable;
import io.ringtail.sampler.buffer.SpanStore;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.gather.TransferIn;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.store.ShardConfig;
import io.ringtail.sampler.store.ShardContext;
import io.ringtail.sampler.store.ShardMemory;
import io.ringtail.trace.TraceHash;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Whether there is room for a part or a transfer, in all its shards or in none (protocol A2): what
 * is set aside here no shard refuses later. Threads: any.
 */
final class Admission {
  private static final int MIN_RETRY_MILLIS = 250;
  private static final int MAX_RETRY_MILLIS = 1000;

  private final List<Shard> shards;
  private final ShardConfig config;
  private final ShardMemory memory;
  private final TailSamplingConfig tail;
  private final ByteBudget budget;
  private final long storedWhenEmpty;
  private final SamplerMetrics metrics;
  private final AtomicLong unreadBytes;
  private final AtomicLong refusals = new AtomicLong();
  private volatile boolean stopping;

  /**
   * @param shards just made
   */
  Admission(List<Shard> shards, ShardContext context, ShardMemory memory) {
    this.shards = shards;
    this.config = context.config();
    this.memory = memory;
    this.tail = context.tail();
    this.budget = context.budget();
    this.storedWhenEmpty = budget.stored();
    this.metrics = context.metrics();
    this.unreadBytes = context.unreadBytes();
  }

  /** Refuses all from now on. */
  void stop() {
    stopping = true;
  }

  /**
   * Sets aside what a part may need: bytes, memory, a place in the queue of each of its shards;
   * nothing if it throws.
   *
   * @return why not, or null if all is set aside
   */
  @Nullable Refusal reserve(List<ShardBatch> part) {
    if (stopping) {
      metrics.refused(RefusalCause.STOPPING);
      return new Refusal.NotReady("the sampler is stopping", retryAfter());
    }
    long bytes = 0;
    boolean fresh = true;
    for (ShardBatch batch : part) {
      bytes += worstCaseBytes(batch);
      fresh &= !batch.replay();
    }
    if (fresh && tail.blockOnOverflow() && full(part)) {
      return busy(RefusalCause.NUM_TRACES, "num_traces " + tail.numTraces() + " is reached");
    }
    String tooMuch = fresh ? whatMayNotBeDecided(part) : null;
    if (tooMuch != null) {
      return busy(RefusalCause.HELD, tooMuch + ", and nothing may be decided early now");
    }
    if (!budget.tryReserve(bytes, fresh)) {
      return noBytes(bytes);
    }
    boolean reserved = false;
    try {
      Refusal refusal = reserveInShards(part);
      reserved = refusal == null;
      return refusal;
    } finally {
      if (!reserved) {
        budget.release(bytes);
      }
    }
  }

  /** A batch for which all was set aside does not come. */
  void giveBack(ShardBatch batch) {
    long bytes = worstCaseBytes(batch);
    shards.get(batch.shard()).unreserve(bytes);
    unreadBytes.addAndGet(-batch.spanBytes());
    budget.release(bytes);
  }

  private boolean full(List<ShardBatch> part) {
    for (ShardBatch batch : part) {
      Shard shard = shards.get(batch.shard());
      if (shard.published().openTraces() >= shard.openTraceCapacity()) {
        return true;
      }
    }
    return false;
  }

  /** Where early decisions would make room but are forbidden, room is kept by taking nothing. */
  private @Nullable String whatMayNotBeDecided(List<ShardBatch> part) {
    for (ShardBatch batch : part) {
      Shard shard = shards.get(batch.shard());
      ShardStatus state = shard.published();
      if (state.overgrown()) {
        return "a trace is over its cap";
      }
      if (state.held() && (state.openTraces() >= shard.openTraceCapacity() || budget.isHigh(0))) {
        return "full";
      }
    }
    return null;
  }

  private Refusal noBytes(long bytes) {
    if (bytes > budget.freshLimit() - storedWhenEmpty) {
      metrics.refused(RefusalCause.TOO_LARGE);
      return new Refusal.TooLarge(
          "a part that may take "
              + bytes
              + " bytes (expected at most "
              + budget.freshLimit()
              + ")");
    }
    return busy(
        RefusalCause.BYTES,
        "buffered bytes: " + budget.used() + " of " + budget.capacity() + " are in use");
  }

  private @Nullable Refusal reserveInShards(List<ShardBatch> part) {
    long unread = 0;
    for (ShardBatch batch : part) {
      unread += batch.spanBytes();
    }
    if (!reserveUnread(unread)) {
      return busy(
          RefusalCause.QUEUE,
          unread + " bytes of spans (expected room; " + unreadBytes + " wait for shards)");
    }
    int reserved = 0;
    try {
      for (; reserved < part.size(); reserved++) {
        ShardBatch batch = part.get(reserved);
        Refusal refusal = reserve(batch.shard(), worstCaseBytes(batch));
        if (refusal != null) {
          return refusal;
        }
      }
      return null;
    } finally {
      if (reserved < part.size()) {
        unreserve(part, reserved);
        unreadBytes.addAndGet(-unread);
      }
    }
  }

  private void unreserve(List<ShardBatch> part, int upTo) {
    for (int i = 0; i < upTo; i++) {
      ShardBatch batch = part.get(i);
      shards.get(batch.shard()).unreserve(worstCaseBytes(batch));
    }
  }

  /** What waits for shards lies on the heap; a part that is too large for it goes in alone. */
  private boolean reserveUnread(long bytes) {
    long before = unreadBytes.get();
    while (before == 0 || bytes <= memory.maxUnreadBytes() - before) {
      if (unreadBytes.compareAndSet(before, before + bytes)) {
        return true;
      }
      before = unreadBytes.get();
    }
    return false;
  }

  /** Takes a place in a shard's queue, and memory. */
  private @Nullable Refusal reserve(int index, long bytes) {
    Shard shard = shards.get(index);
    if (!shard.tryReservePlace()) {
      return busy(RefusalCause.QUEUE, "a shard's queue is full: " + config.queuedBatches());
    }
    boolean promised = false;
    try {
      promised = shard.tryPromise(bytes);
    } finally {
      if (!promised) {
        shard.giveBackPlace();
      }
    }
    return promised
        ? null
        : busy(
            RefusalCause.MEMORY,
            "no memory outside the heap for " + bytes + " bytes in one shard; " + slabsInUse());
  }

  private String slabsInUse() {
    return "slabs take " + memory.slabs().takenBytes() + " of " + memory.slabs().limitBytes();
  }

  private Refusal busy(RefusalCause cause, String message) {
    metrics.refused(cause);
    return new Refusal.Busy(message, retryAfter());
  }

  /** Spread out, so that those refused together do not come back together. */
  private Duration retryAfter() {
    long spread = TraceHash.mix(0, refusals.incrementAndGet()) >>> 1;
    return Duration.ofMillis(MIN_RETRY_MILLIS + spread % (MAX_RETRY_MILLIS - MIN_RETRY_MILLIS));
  }

  static long worstCaseBytes(ShardBatch batch) {
    long bytes = SpanStore.worstCaseBytes(batch.spanCount(), batch.spanBytes());
    for (ShardBatch.Group group : batch.groups()) {
      bytes += GroupTable.worstCaseBytes(group.resource(), group.scope());
      bytes += ContextTable.worstCaseBytes(group.context());
    }
    return bytes;
  }

  /**
   * The same for what another sampler hands over, also where fresh spans are refused.
   *
   * @param parts their bytes are retained if all is set aside
   */
  @Nullable Refusal reserveTransfer(List<TransferIn> parts) {
    if (stopping) {
      return new Refusal.NotReady("the sampler is stopping", retryAfter());
    }
    long bytes = 0;
    for (TransferIn part : parts) {
      bytes += part.reservedBytes();
    }
    if (!budget.tryReserve(bytes, false)) {
      return busy(RefusalCause.BYTES, "no room for " + bytes + " bytes of a transfer");
    }
    int reserved = 0;
    try {
      for (; reserved < parts.size(); reserved++) {
        TransferIn part = parts.get(reserved);
        Refusal refusal = reserve(part.shard(), part.reservedBytes());
        if (refusal != null) {
          return refusal;
        }
        part.bytes().retain();
      }
      return null;
    } finally {
      if (reserved < parts.size()) {
        for (int i = 0; i < reserved; i++) {
          unreserve(parts.get(i));
        }
        budget.release(bytes);
      }
    }
  }

  private void unreserve(TransferIn part) {
    part.bytes().release();
    shards.get(part.shard()).unreserve(part.reservedBytes());
  }

  /** A part for which all was set aside does not come. */
  void giveBack(TransferIn part) {
    unreserve(part);
    budget.release(part.reservedBytes());
  }
}
