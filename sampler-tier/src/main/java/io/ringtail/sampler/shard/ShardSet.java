package io.ringtail.sampler.shard;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.metrics.Metrics;
import io.ringtail.refusal.Refusal;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.account.DropReason;
import io.ringtail.sampler.account.HandoverMetrics;
import io.ringtail.sampler.account.SamplerMetrics;
import io.ringtail.sampler.buffer.ByteBudget;
import io.ringtail.sampler.export.ExportQueue;
import io.ringtail.sampler.gather.ShardBatch;
import io.ringtail.sampler.handover.Foreign;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.settle.RouterKeys;
import io.ringtail.sampler.store.DecisionCaches;
import io.ringtail.sampler.store.KnownEpochs;
import io.ringtail.sampler.store.ShardConfig;
import io.ringtail.sampler.store.ShardContext;
import io.ringtail.sampler.store.ShardMemory;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.trace.TraceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All shards of one sampler, as intake sees them: every slot lies in one; a part is taken by all
 * its shards or by none. What others ask of them is a method each, of a few lines, which makes it
 * long. Threads: any.
 */
public final class ShardSet {
  private static final Logger log = LoggerFactory.getLogger(ShardSet.class);

  private final ShardConfig config;
  private final ShardMemory memory;
  private final TailSamplingConfig tail;
  private final SamplerMetrics metrics;
  private final ByteBudget budget;
  private final List<Shard> shards = new ArrayList<>();
  private final ShardQueues queues;
  private final RouterKeys routers;
  private final KnownEpochs epochs = new KnownEpochs();
  private final AtomicLong unreadBytes = new AtomicLong();
  private final LongSupplier nanoClock;
  private final Admission admission;
  private final PeerCommands peerCommands;
  private final OpenLookups lookups;
  private boolean closed;

  /**
   * Makes the shards and registers their metrics; {@link #start} starts their threads.
   *
   * @param memory for what they hold
   * @param peers ways to the other samplers
   * @param mayDecide whether there is a lease to decide at a time of {@link System#nanoTime}
   * @throws IllegalArgumentException if the decision cache leaves too little of the budget
   */
  public ShardSet(
      ShardConfig config,
      TailSamplingConfig tail,
      ExportQueue exports,
      Metrics metrics,
      ShardMemory memory,
      Peers peers,
      LongPredicate mayDecide,
      Rules rules) {
    this(
        config,
        tail,
        exports,
        metrics,
        memory,
        PooledByteBufAllocator.DEFAULT,
        System::nanoTime,
        peers,
        mayDecide,
        rules);
  }

  /**
   * @param allocator for heap buffers
   * @param nanoClock monotonic
   */
  ShardSet(
      ShardConfig config,
      TailSamplingConfig tail,
      ExportQueue exports,
      Metrics metrics,
      ShardMemory memory,
      ByteBufAllocator allocator,
      LongSupplier nanoClock,
      Peers peers,
      LongPredicate mayDecide,
      Rules rules) {
    this.config = config;
    this.memory = memory;
    this.tail = tail;
    this.nanoClock = nanoClock;
    this.routers = new RouterKeys(nanoClock);
    this.metrics = new SamplerMetrics(metrics);
    this.budget = new ByteBudget(bytesForSpans(config, tail), config.highWater());
    ShardContext context =
        new ShardContext(
            config,
            tail,
            budget,
            memory.slabs(),
            unreadBytes,
            memory.kept(),
            exports,
            this.metrics,
            allocator,
            nanoClock,
            peers,
            mayDecide,
            epochs,
            routers,
            new HandoverMetrics(metrics),
            rules);
    for (int i = 0; i < config.shards(); i++) {
      shards.add(new Shard(i, tail.compile(), context));
    }
    this.queues = new ShardQueues(shards, this.metrics);
    this.admission = new Admission(shards, context, memory);
    this.lookups =
        new OpenLookups(l -> queues.add(shardOfSlot(l.traceId.slot()), new ShardCommand.Find(l)));
    this.peerCommands = new PeerCommands(queues, admission, context);
    ShardGauges.register(metrics, this);
  }

  private static long bytesForSpans(ShardConfig config, TailSamplingConfig tail) {
    long forDecisions = DecisionCaches.bytes(config, tail);
    if (!config.fits(tail)) {
      throw new IllegalArgumentException(
          "tail_sampling.decision_cache: takes "
              + forDecisions
              + " bytes (expected at most half of sampler.max-buffered-bytes, "
              + config.maxBufferedBytes()
              + ")");
    }
    return config.maxBufferedBytes() - forDecisions;
  }

  /** Starts a thread for each shard. */
  public void start() {
    queues.start();
    log.info(
        "shards started shards={} budget_bytes={} decision_wait_ms={}",
        shards.size(),
        budget.capacity(),
        tail.decisionWait().toMillis());
  }

  public int shards() {
    return shards.size();
  }

  /** The one shard of a slot. */
  public int shardOfSlot(int slot) {
    return ShardConfig.shardOfSlot(slot, shards.size());
  }

  /**
   * Takes the spans of one part, whole or not at all. Once taken, no shard refuses them any more.
   * Never waits. If it throws, some shards may have taken theirs, which are the same spans when the
   * part comes again; nothing is set aside for the others.
   *
   * @param part at most one batch for each shard; the messages are consumed, also when refused or
   *     when this throws
   * @return why not, or null if taken
   */
  public @Nullable Refusal offer(List<ShardBatch> part) {
    long spans = 0;
    long bytes = 0;
    boolean reserved = false;
    int queued = 0;
    try {
      for (ShardBatch batch : part) {
        spans += batch.spanCount();
        bytes += batch.spanBytes();
      }
      Refusal refusal = admission.reserve(part);
      if (refusal != null) {
        return refusal;
      }
      reserved = true;
      metrics.accepted(spans, bytes);
      for (; queued < part.size(); queued++) {
        ShardBatch batch = part.get(queued);
        queues.add(batch.shard(), new ShardCommand.Spans(batch, Admission.worstCaseBytes(batch)));
      }
      return null;
    } finally {
      letGo(part, queued, reserved);
    }
  }

  /** No shard has the batches from one on. */
  private void letGo(List<ShardBatch> part, int from, boolean reserved) {
    for (int i = from; i < part.size(); i++) {
      ShardBatch batch = part.get(i);
      if (reserved) {
        admission.giveBack(batch);
        metrics.dropped(DropReason.FAILED, batch.spanCount());
      }
      batch.message().release();
    }
  }

  /**
   * Whose the slots are from here on: the view takes its place in every shard's queue. The caller
   * sees to it that no part checked by an older epoch is offered later.
   */
  public void slots(SlotView view) {
    queues.addToAll(new ShardCommand.Slots(view));
  }

  /** For what other samplers say. */
  public PeerCommands peers() {
    return peerCommands;
  }

  /** Numbers of routers, for notes and marks. */
  public RouterKeys routers() {
    return routers;
  }

  /**
   * A router will send nothing up to {@code upToSeq} any more (protocol A5). The caller has offered
   * all its earlier parts before.
   *
   * @param oldestSeq oldest in the router's log
   */
  public void onProgress(int routerKey, long upToSeq, long oldestSeq) {
    queues.addToAll(new ShardCommand.Progress(routerKey, upToSeq, oldestSeq));
  }

  /**
   * A router is in no epoch in use any more and has no link: nothing is kept of it, once all it
   * sent is settled here. Called again and again until then: who is lost meanwhile must know that
   * it has what no router has any more (protocol L2).
   */
  public void forgetRouter(Peer router) {
    RouterKeys.Ending ending =
        routers.end(
            router, shards.size(), begun -> queues.addToAll(new ShardCommand.RouterEnds(begun)));
    if (ending != null && ending.isSettled() && routers.forget(router, ending)) {
      int key = ending.key();
      queues.addToAll(
          new ShardCommand.RouterGone(
              key, new AtomicInteger(shards.size()), () -> routers.reuse(key)));
    }
  }

  /**
   * Up to which seq all a router sent is settled: the least over all shards (protocol M1).
   *
   * @return -1 if no shard has seen anything of it; 0 if not all of them have
   */
  public long mark(int routerKey) {
    long least = Long.MAX_VALUE;
    boolean seen = false;
    for (Shard shard : shards) {
      long mark = shard.mark(routerKey);
      seen |= mark >= 0;
      least = Math.min(least, Math.max(0, mark));
    }
    return seen ? least : -1;
  }

  /**
   * An epoch will be in use soon: until then nothing is decided, as slots may be another's already.
   *
   * @param order of the newest that is known
   */
  public void adopted(EpochOrder order) {
    epochs.adopted(order);
  }

  /**
   * The newest epoch that any router with a link has in use: if it is newer than this sampler's, it
   * decides nothing, as above.
   *
   * @param order {@link EpochOrder#NONE} if none says
   */
  public void usedByRouters(EpochOrder order) {
    epochs.usedByRouters(order);
  }

  /** How far the handoff of all shards is. */
  public Foreign foreign() {
    Foreign all = shards.get(0).foreign();
    for (Shard shard : shards) {
      all = all.and(shard.foreign());
    }
    return all;
  }

  /**
   * Routers that may have in their logs what neither this sampler nor any other has: decisions from
   * here on do not claim to cover parts of theirs.
   *
   * @param unsure all of them
   */
  public void unsure(Collection<Peer> unsure) {
    queues.addToAll(new ShardCommand.Unsure(keys(unsure)));
  }

  /**
   * Routers no epoch names any more: decisions are not kept for their logs (protocol D4). To be
   * said in one order with {@link #forgetRouter}.
   *
   * @param unnamed all of them
   */
  public void unnamed(Collection<Peer> unnamed) {
    queues.addToAll(new ShardCommand.Unnamed(keys(unnamed)));
  }

  private int[] keys(Collection<Peer> of) {
    return of.stream().mapToInt(routers::find).filter(key -> key != RouterKeys.NONE).toArray();
  }

  /** Drops all that is undecided, counted: it is settled elsewhere (protocol L2). */
  public void discardOpen() {
    queues.addToAll(new ShardCommand.Discard());
  }

  /**
   * Refuses what comes from now on, decides what is held at once and waits until the export queue
   * has taken all that is kept.
   *
   * @return spans still held when the time was over; {@link #close} drops them, counted
   */
  public long drainAndDecide(Duration timeout) throws InterruptedException {
    admission.stop();
    try {
      queues.drain().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.warn("shards not drained timeout_ms={} held_spans={}", timeout.toMillis(), heldSpans());
    } catch (ExecutionException e) {
      throw new AssertionError("a drain never fails", e);
    }
    return heldSpans();
  }

  /**
   * Stops the threads; what is still held is dropped and counted. May be called again, also while
   * another thread closes.
   */
  public synchronized void close() throws InterruptedException {
    admission.stop();
    if (closed) {
      return;
    }
    closed = true;
    queues.close();
    log.info("shards stopped accepted={} kept={}", metrics.acceptedSpans(), metrics.keptSpans());
  }

  /**
   * Asks the shard of a trace what it knows of it, by its queue: it answers between spans. Nothing
   * waits; who asks gives up when it likes.
   *
   * @return empty if too many are under way: the shards do not keep up. The answer has one entry
   *     for each request context, comes on the shard's thread, and is cancelled if the shard ends.
   */
  public Optional<CompletableFuture<List<KnownTrace>>> find(TraceId id) {
    return lookups.ask(id);
  }

  /** Undecided traces. */
  public long openTraces() {
    return shards.stream().mapToLong(shard -> shard.published().openTraces()).sum();
  }

  /** Bytes really held. */
  public long storedBytes() {
    return budget.stored();
  }

  /** How far back kept decisions are remembered, in the shard where that is least. */
  public int keptCoveredMillis() {
    return shards.stream().mapToInt(s -> s.published().keptCoveredMillis()).min().orElse(0);
  }

  /** The same of dropped ones. */
  public int droppedCoveredMillis() {
    return shards.stream().mapToInt(s -> s.published().droppedCoveredMillis()).min().orElse(0);
  }

  /** Accepted spans that have not left, those in the queues included. */
  public long heldSpans() {
    return metrics.acceptedSpans() - metrics.departedSpans();
  }

  /** Kept traces the export queue has taken but not answered. */
  public long unansweredExports() {
    return shards.stream().mapToLong(Shard::unanswered).sum();
  }

  public SamplerMetrics metrics() {
    return metrics;
  }

  ByteBudget budget() {
    return budget;
  }

  ShardMemory memory() {
    return memory;
  }

  /** Bytes of spans that shards have not read yet. */
  long unreadBytes() {
    return unreadBytes.get();
  }

  List<Shard> all() {
    return shards;
  }

  ShardQueues queues() {
    return queues;
  }

  ShardConfig config() {
    return config;
  }

  long nowNanos() {
    return nanoClock.getAsLong();
  }
}
