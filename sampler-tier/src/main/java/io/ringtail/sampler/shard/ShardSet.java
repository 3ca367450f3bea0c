package io.ringtail.sampler.shard;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.metrics.Metrics;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.refusal.Refusal;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.buffer.ByteBudget;
import io.ringtail.sampler.buffer.ContextTable;
import io.ringtail.sampler.buffer.GroupTable;
import io.ringtail.sampler.buffer.SpanStore;
import io.ringtail.sampler.export.ExportQueue;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.policy.TailSamplingConfig;
import io.ringtail.sampler.settle.Notice;
import io.ringtail.sampler.settle.RouterKeys;
import io.ringtail.sampler.shard.SamplerMetrics.RefusalCause;
import io.ringtail.sampler.transfer.TransferBatch;
import io.ringtail.trace.TraceHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All shards of one sampler, as intake sees them: every slot lies in one; a part is taken by all
 * its shards or by none. Threads: any.
 */
public final class ShardSet {
  private static final Logger log = LoggerFactory.getLogger(ShardSet.class);
  private static final int MIN_RETRY_MILLIS = 250;
  private static final int MAX_RETRY_MILLIS = 1000;
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  private final ShardConfig config;
  private final ShardMemory memory;
  private final TailSamplingConfig tail;
  private final SamplerMetrics metrics;
  private final HandoverMetrics handoverMetrics;
  private final ByteBudget budget;
  private final List<Shard> shards = new ArrayList<>();
  private final List<ShardThread> threads = new ArrayList<>();
  private final RouterKeys routers;
  private final AtomicReference<@Nullable EpochOrder> adopted = new AtomicReference<>();
  private final AtomicLong refusals = new AtomicLong();
  private final AtomicLong unreadBytes = new AtomicLong();
  private final LongSupplier nanoClock;
  private final long storedWhenEmpty;
  private volatile boolean stopping;
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
    this.handoverMetrics = new HandoverMetrics(metrics);
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
            adopted::get,
            routers,
            handoverMetrics,
            rules);
    for (int i = 0; i < config.shards(); i++) {
      Shard shard = new Shard(i, tail.compile(), context);
      shards.add(shard);
      threads.add(new ShardThread(shard, this.metrics));
    }
    this.storedWhenEmpty = budget.stored();
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
    threads.forEach(ShardThread::start);
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
    return shardOfSlot(slot, shards.size());
  }

  static int shardOfSlot(int slot, int shards) {
    return (int) (((long) slot * shards) >>> TraceHash.SLOT_BITS);
  }

  /**
   * Takes the spans of one part, whole or not at all. Once taken, no shard refuses them any more.
   * Never waits.
   *
   * @param part at most one batch for each shard; the messages are consumed, also when refused
   * @return why not, or null if taken
   */
  public @Nullable Refusal offer(List<ShardBatch> part) {
    Refusal refusal = reserve(part);
    if (refusal != null) {
      part.forEach(batch -> batch.message().release());
      return refusal;
    }
    long spans = 0;
    for (ShardBatch batch : part) {
      spans += batch.spanCount();
    }
    metrics.accepted(spans);
    for (ShardBatch batch : part) {
      shards.get(batch.shard()).queue(new ShardCommand.Spans(batch, worstCaseBytes(batch)));
      threads.get(batch.shard()).wake();
    }
    return null;
  }

  private @Nullable Refusal reserve(List<ShardBatch> part) {
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
    if (fresh && cannotMakeRoom(part)) {
      return busy(RefusalCause.HELD, "full, and nothing may be decided early now");
    }
    if (!budget.tryReserve(bytes, fresh)) {
      return noBytes(bytes);
    }
    Refusal refusal = reserveInShards(part);
    if (refusal != null) {
      budget.release(bytes);
    }
    return refusal;
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
  private boolean cannotMakeRoom(List<ShardBatch> part) {
    for (ShardBatch batch : part) {
      Shard shard = shards.get(batch.shard());
      Shard.Published state = shard.published();
      boolean full = state.openTraces() >= shard.openTraceCapacity() || budget.isHigh(0);
      if (state.overgrown() || (state.held() && full)) {
        return true;
      }
    }
    return false;
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
    for (int i = 0; i < part.size(); i++) {
      ShardBatch batch = part.get(i);
      Refusal refusal = reserve(batch.shard(), worstCaseBytes(batch));
      if (refusal != null) {
        for (ShardBatch taken : part.subList(0, i)) {
          shards.get(taken.shard()).unreserve(worstCaseBytes(taken));
        }
        unreadBytes.addAndGet(-unread);
        return refusal;
      }
    }
    return null;
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
    if (!shard.tryPromise(bytes)) {
      shard.giveBackPlace();
      return busy(
          RefusalCause.MEMORY,
          "no memory outside the heap for " + bytes + " bytes in one shard; " + slabsInUse());
    }
    return null;
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

  private static long worstCaseBytes(ShardBatch batch) {
    long bytes = SpanStore.worstCaseBytes(batch.spanCount(), batch.spanBytes());
    for (ShardBatch.Group group : batch.groups()) {
      bytes += GroupTable.worstCaseBytes(group.resource(), group.scope());
      bytes += ContextTable.worstCaseBytes(group.context());
    }
    return bytes;
  }

  /**
   * Whose the slots are from here on: the view takes its place in every shard's queue. The caller
   * sees to it that no part checked by an older epoch is offered later.
   */
  public void slots(SlotView view) {
    queueAll(new ShardCommand.Slots(view));
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
    queueAll(new ShardCommand.Progress(routerKey, upToSeq, oldestSeq));
  }

  /**
   * A router is in no epoch in use any more and has no link: nothing is kept of it, once all it
   * sent is settled here. Called again and again until then: who is lost meanwhile must know that
   * it has what no router has any more (protocol L2).
   */
  public void forgetRouter(Peer router) {
    RouterKeys.Ending ending =
        routers.end(router, shards.size(), begun -> queueAll(new ShardCommand.RouterEnds(begun)));
    if (ending != null && ending.isSettled() && routers.forget(router, ending)) {
      int key = ending.key();
      queueAll(
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
   * Stores decisions of a sampler whose heir this one is (protocol D2).
   *
   * @param decisions as {@link Notice} encodes them; a heap buffer, consumed
   * @param stored told by a shard's thread: null when all shards know them; else the epoch in which
   *     a slot of them is not the sender's, and not all are known; never if a shard fails
   * @throws MalformedWireException if they cannot be read; nothing is stored then
   */
  public void takeNotice(
      Peer from, long noticeId, ByteBuf decisions, Consumer<@Nullable EpochOrder> stored)
      throws MalformedWireException {
    try {
      Notice notice = Notice.decode(decisions, routers);
      queueAll(
          new ShardCommand.Decisions(from, noticeId, notice, new NoticeIn(shards.size(), stored)));
    } catch (MalformedWireException e) {
      metrics.malformedNotice();
      throw e;
    } finally {
      decisions.release();
    }
  }

  /** A notice in all shards. */
  private static final class NoticeIn implements ShardCommand.Reception {
    private final AtomicInteger left;
    private final AtomicReference<@Nullable EpochOrder> refused = new AtomicReference<>();
    private final Consumer<@Nullable EpochOrder> stored;

    NoticeIn(int shards, Consumer<@Nullable EpochOrder> stored) {
      this.left = new AtomicInteger(shards);
      this.stored = stored;
    }

    @Override
    public void stored() {
      if (left.decrementAndGet() == 0) {
        stored.accept(refused.get());
      }
    }

    @Override
    public void refused(EpochOrder epoch) {
      refused.set(epoch);
      stored();
    }

    @Override
    public void failed(Throwable why) {} // the sender says it again
  }

  /** All traces of notices of {@code from} are settled (protocol D3). */
  public void onSettled(Peer from, long[] noticeIds) {
    queueAll(new ShardCommand.Settled(from, noticeIds));
  }

  /** An heir has stored a notice of this sampler. */
  public void onNoticeTaken(Peer heir, long noticeId) {
    queue(HeirMail.shardOf(noticeId, shards.size()), new ShardCommand.NoticeTaken(heir, noticeId));
  }

  /**
   * An heir has not stored a notice of this sampler, as a slot of it is another's.
   *
   * @param epoch the heir's newest
   */
  public void onNoticeNotOwner(Peer heir, long noticeId, EpochOrder epoch) {
    queue(
        HeirMail.shardOf(noticeId, shards.size()),
        new ShardCommand.NoticeNotOwner(heir, noticeId, epoch));
  }

  /**
   * An epoch will be in use soon: until then nothing is decided, as slots may be another's already.
   *
   * @param order of the newest that is known
   */
  public void adopted(EpochOrder order) {
    adopted.set(order);
  }

  /** The link to another sampler broke: notices it has not answered are sent again. */
  public void onPeerDown(Peer peer) {
    queueAll(new ShardCommand.PeerDown(peer));
  }

  /** Another sampler can be sent to again. */
  public void onPeerWritable(Peer peer) {
    queueAll(new ShardCommand.PeerWritable(peer));
  }

  /** The owner has answered what was handed to it. */
  public void onTransferAnswer(PeerAnswer answer, long id) {
    queue(Handover.shardOf(id), new ShardCommand.TransferAnswered(answer));
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
   * Takes what another sampler hands over: all of it that can be read, or nothing. Every slot of it
   * is this sampler's by the newest view in the shards' queues.
   *
   * @param transfer borrowed; shards retain what they need
   * @param merged told by one of the shards' threads when all have done with their part and their
   *     marks say so: what is not taken
   * @return why not, or null if taken
   */
  public @Nullable Refusal takeTransfer(
      ReceivedTransfer transfer, Consumer<Arrival.Outcome> merged) {
    int[][] traces = transfer.split(this);
    int mine = (int) Stream.of(traces).filter(t -> t.length > 0).count();
    Arrival arrival =
        new Arrival(
            transfer.unfit().stream().map(TransferBatch.Unfit::entry).toList(),
            1 + mine + transfer.decisions().size() * shards.size(),
            merged);
    List<TransferIn> parts = new ArrayList<>(mine);
    for (int i = 0; i < traces.length; i++) {
      if (traces[i].length > 0) {
        parts.add(transfer.part(i, traces[i], arrival));
      }
    }
    Refusal refusal = reserveTransfer(parts);
    if (refusal != null) {
      return refusal;
    }
    for (ReceivedTransfer.Decisions entry : transfer.decisions()) {
      DecisionsIn reception = new DecisionsIn(arrival, entry.entry());
      queueAll(new ShardCommand.Decisions(null, 0, entry.notice(), reception));
    }
    for (TransferIn part : parts) {
      metrics.handedIn(part.spanCount());
      queue(part.shard(), new ShardCommand.Transfer(part));
    }
    handoverMetrics.batchesIn.inc();
    handoverMetrics.bytesIn.inc(transfer.size());
    arrival.done();
    return null;
  }

  /** Entries of a transfer could not be read. */
  public void unreadable(int entries) {
    handoverMetrics.unreadable.inc(entries);
  }

  /** An entry of a transfer. */
  private record DecisionsIn(Arrival arrival, int entry) implements ShardCommand.Reception {
    @Override
    public void stored() {
      arrival.done();
    }

    @Override
    public void refused(EpochOrder epoch) {
      throw new AssertionError("only who sends a notice must own its slots");
    }

    @Override
    public void failed(Throwable why) {
      arrival.failed(entry, why);
      arrival.done();
    }
  }

  private @Nullable Refusal reserveTransfer(List<TransferIn> parts) {
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
    for (int i = 0; i < parts.size(); i++) {
      Refusal refusal = reserve(parts.get(i).shard(), parts.get(i).reservedBytes());
      if (refusal != null) {
        for (TransferIn taken : parts.subList(0, i)) {
          shards.get(taken.shard()).unreserve(taken.reservedBytes());
        }
        budget.release(bytes);
        return refusal;
      }
    }
    parts.forEach(part -> part.bytes().retain());
    return null;
  }

  /**
   * Routers that may have in their logs what neither this sampler nor any other has: decisions from
   * here on do not claim to cover parts of theirs.
   *
   * @param unsure all of them
   */
  public void unsure(Collection<Peer> unsure) {
    queueAll(new ShardCommand.Unsure(keys(unsure)));
  }

  /**
   * Routers no epoch names any more: decisions are not kept for their logs (protocol D4). To be
   * said in one order with {@link #forgetRouter}.
   *
   * @param unnamed all of them
   */
  public void unnamed(Collection<Peer> unnamed) {
    queueAll(new ShardCommand.Unnamed(keys(unnamed)));
  }

  private int[] keys(Collection<Peer> of) {
    return of.stream().mapToInt(routers::find).filter(key -> key != RouterKeys.NONE).toArray();
  }

  /** Drops all that is undecided, counted: it is settled elsewhere (protocol L2). */
  public void discardOpen() {
    queueAll(new ShardCommand.Discard());
  }

  private void queue(int shard, ShardCommand command) {
    shards.get(shard).queue(command);
    threads.get(shard).wake();
  }

  private void queueAll(ShardCommand command) {
    for (int i = 0; i < shards.size(); i++) {
      shards.get(i).queue(command);
      threads.get(i).wake();
    }
  }

  /**
   * Refuses what comes from now on, decides what is held at once and waits until the export queue
   * has taken all that is kept.
   *
   * @return spans still held when the time was over; {@link #close} drops them, counted
   */
  public long drainAndDecide(Duration timeout) throws InterruptedException {
    stopping = true;
    List<CompletableFuture<Void>> done = new ArrayList<>();
    for (int i = 0; i < shards.size(); i++) {
      CompletableFuture<Void> drained = new CompletableFuture<>();
      done.add(drained);
      shards.get(i).queue(new ShardCommand.Drain(drained));
      threads.get(i).wake();
    }
    try {
      CompletableFuture.allOf(done.toArray(CompletableFuture[]::new))
          .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
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
    stopping = true;
    if (closed) {
      return;
    }
    closed = true;
    for (ShardThread thread : threads) {
      thread.stop(STOP_TIMEOUT);
    }
    for (Shard shard : shards) {
      shard.close();
    }
    log.info("shards stopped accepted={} kept={}", metrics.acceptedSpans(), metrics.keptSpans());
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

  ShardConfig config() {
    return config;
  }

  long nowNanos() {
    return nanoClock.getAsLong();
  }
}
