package io.ringtail.sampler.shard;

import io.netty.buffer.ByteBufAllocator;
import io.ringtail.metrics.Metrics;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.account.SamplerMetrics;
import io.ringtail.sampler.decide.EffectListener;
import io.ringtail.sampler.export.ExportQueue;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.store.ShardConfig;
import io.ringtail.sampler.store.ShardMemory;
import io.ringtail.sampler.store.TransferPace;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/** The real shards on a simulated machine, worked by its hand. */
public final class SimShardAccess {
  private SimShardAccess() {}

  public static ShardSet shards(
      ShardConfig config,
      TailSamplingConfig tail,
      ExportQueue exports,
      Metrics metrics,
      ByteBufAllocator allocator,
      LongSupplier clock,
      Peers peers,
      LongPredicate mayDecide,
      Rules rules) {
    return new ShardSet(
        config,
        tail,
        exports,
        metrics,
        ShardMemory.unlimited(allocator),
        allocator,
        clock,
        peers,
        mayDecide,
        rules);
  }

  /**
   * The same with handoffs at another pace.
   *
   * @param batchBytes of one transfer, about
   * @param inFlightBytes to one owner
   */
  public static ShardConfig paced(ShardConfig config, int batchBytes, long inFlightBytes) {
    return config.withPace(new TransferPace(batchBytes, inFlightBytes));
  }

  /** Spans that other samplers have handed over to this one. */
  public static long handedIn(ShardSet set) {
    return set.metrics().handedInSpans();
  }

  /** Spans that others have taken over from it. */
  public static long handedOut(ShardSet set) {
    return set.metrics().handedOutSpans();
  }

  /** Has all decisions told. */
  public static void listen(ShardSet set, EffectListener listener) {
    set.all().forEach(shard -> shard.listener(listener));
  }

  /** One shard as its thread would work it: with the same rests, which the same things end. */
  public static final class Hand {
    private final Shard shard;
    private final Rest rest;

    private Hand(Shard shard, Rest rest) {
      this.shard = shard;
      this.rest = rest;
    }

    /**
     * Does one duty cycle.
     *
     * @return how long to rest then, in nanoseconds; 0 if more is queued
     */
    public long work() {
      rest.end();
      shard.doWork();
      if (!shard.queueIsEmpty()) {
        return 0;
      }
      return rest.begin(shard.isIdle());
    }
  }

  /**
   * Takes a shard in hand.
   *
   * @param waker told of what ends a rest early
   * @param byAnything whether that is all that is queued, as if it were much
   */
  public static Hand hand(ShardSet set, int shard, Runnable waker, boolean byAnything) {
    return new Hand(set.all().get(shard), set.queues().workedBy(shard, waker, byAnything));
  }

  /** What {@code drainAndDecide} begins; it waits, this does not. */
  public static CompletableFuture<Void> drain(ShardSet set) {
    return set.queues().drain();
  }

  /** Gives all memory back, as the end of a process does. */
  public static void bury(ShardSet set) {
    set.all().forEach(Shard::close);
  }

  /** Accepted and handed in, less what has left. */
  public static long held(ShardSet set) {
    return set.heldSpans();
  }

  public static String books(ShardSet set) {
    SamplerMetrics m = set.metrics();
    StringBuilder shards = new StringBuilder();
    for (Shard s : set.all()) {
      shards
          .append(' ')
          .append(s.published())
          .append(s.foreign())
          .append(" idle ")
          .append(s.isIdle());
    }
    return "accepted="
        + m.acceptedSpans()
        + " kept="
        + m.keptSpans()
        + " departed="
        + m.departedSpans()
        + shards;
  }
}
