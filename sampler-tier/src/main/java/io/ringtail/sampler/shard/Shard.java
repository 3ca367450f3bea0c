package io.ringtail.sampler.shard;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.sampler.buffer.ByteBudget;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.policy.PolicySet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One shard: the traces of its slots and the duty cycle that moves them along.
 *
 * <p>Threads: {@link #doWork} and {@link #close} by the one that owns the shard; {@link
 * #tryReserve}, {@link #queue} and what is published, by any. Commands other than spans are few and
 * always find a place in the queue.
 */
final class Shard {
  private static final int COMMANDS_PER_CYCLE = 16;
  private static final int TRACES_PER_CYCLE = 512;
  private static final int GROUPS_PER_SWEEP = 64;
  private static final int SWEEP_MILLIS = 100;

  private final int index;
  private final PolicySet policies;
  private final ShardContext context;
  private final ShardStore store;
  private final DecisionCaches caches;
  private final ShardCounts counts;
  private final Departures departures;
  private final Decider decider;
  private final Gatherer gatherer;
  private final ByteBudget budget;
  private final TimerWheel.Expiry expiry = this::expired;

  private final Queue<ShardCommand> commands = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queuedBatches = new AtomicInteger();

  private final long startNanos;
  private long nowNanos;
  private int nowMillis;
  private int sweepMillis;
  private long settledBytes;
  private long reservedBytes;
  private long malformedAttributes;
  private EpochOrder epoch = EpochOrder.NONE;
  private final List<CompletableFuture<Void>> drains = new ArrayList<>();
  private volatile Published published = new Published(0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * What the shard says of itself, once a cycle in which it has worked.
   *
   * @param heldSpans in its traces
   * @param openTraces undecided
   * @param waitingTraces kept, to be taken by the export queue
   * @param oldestNanos when the oldest open trace came, by the shared clock; 0 if none
   * @param slabBytes taken from the operating system
   * @param keptCoveredMillis how far back kept decisions are remembered
   * @param droppedCoveredMillis the same of dropped ones
   * @param rememberedDecisions of both kinds
   */
  record Published(
      long heldSpans,
      int openTraces,
      int waitingTraces,
      long oldestNanos,
      long slabBytes,
      int keptCoveredMillis,
      int droppedCoveredMillis,
      int rememberedDecisions) {}

  Shard(int index, PolicySet policies, ShardContext context) {
    this.index = index;
    this.policies = policies;
    this.context = context;
    this.budget = context.budget();
    this.startNanos = context.nanoClock().getAsLong();
    this.store = new ShardStore(context.config().slabBytes(), policies, 0);
    this.caches = new DecisionCaches(context.config(), context.tail());
    this.counts = new ShardCounts(context.metrics());
    PolicyNames names = new PolicyNames(context.metrics());
    this.departures = new Departures(store, names, context, counts);
    this.decider =
        new Decider(store, policies, caches, names, departures, counts, context.metrics());
    this.gatherer =
        new Gatherer(
            store, policies, caches, decider, departures, counts, Gatherer.Limits.of(context));
    settle();
  }

  /** Takes a place in the queue for a batch; false if there is none. */
  boolean tryReserve() {
    int queued = queuedBatches.get();
    while (queued < context.config().queuedBatches()) {
      if (queuedBatches.compareAndSet(queued, queued + 1)) {
        return true;
      }
      queued = queuedBatches.get();
    }
    return false;
  }

  /** Gives back a place that was not used. */
  void unreserve() {
    queuedBatches.decrementAndGet();
  }

  /** Queues a command; for spans a place was reserved before. */
  void queue(ShardCommand command) {
    commands.add(command);
  }

  /**
   * One duty cycle: reads the clock once, takes some commands, decides some traces.
   *
   * @return work done; 0 if there was nothing to do
   */
  int doWork() {
    nowNanos = context.nanoClock().getAsLong();
    nowMillis = (int) ((nowNanos - startNanos) / 1_000_000);
    int work = takeCommands();
    work += store.wheel.advance(nowMillis, TRACES_PER_CYCLE, expiry);
    work += departures.retry(TRACES_PER_CYCLE);
    settle();
    work += decideEarly();
    work += drain();
    work += sweep();
    settle();
    counts.flush();
    if (work > 0) {
      publish();
      countMalformedAttributes();
    }
    return work;
  }

  private void countMalformedAttributes() {
    long malformed = policies.malformed();
    if (malformed != malformedAttributes) {
      context.metrics().malformedAttributes(malformed - malformedAttributes);
      malformedAttributes = malformed;
    }
  }

  private int takeCommands() {
    for (int taken = 0; taken < COMMANDS_PER_CYCLE; taken++) {
      ShardCommand command = commands.poll();
      if (command == null) {
        return taken;
      }
      take(command);
    }
    return COMMANDS_PER_CYCLE;
  }

  private void take(ShardCommand command) {
    if (command instanceof ShardCommand.Spans spans) {
      take(spans);
    } else if (command instanceof ShardCommand.EpochInUse inUse) {
      epoch = inUse.order();
    } else if (command instanceof ShardCommand.Drain drain) {
      drains.add(drain.done());
    } else {
      throw new AssertionError(command);
    }
  }

  private void take(ShardCommand.Spans spans) {
    queuedBatches.decrementAndGet();
    reservedBytes += spans.reservedBytes();
    try {
      gatherer.gather(spans.batch(), nowMillis, nowNanos);
    } finally {
      spans.batch().message().release();
    }
  }

  private void expired(int trace) {
    decider.decide(trace, Cause.DEADLINE, nowMillis, nowNanos);
  }

  /**
   * Above high water the oldest traces are decided, unless it is the export that is stuck: then
   * early decisions would only spoil traces, and intake refuses instead.
   */
  private int decideEarly() {
    int decided = 0;
    while (decided < TRACES_PER_CYCLE
        && departures.waiting().isEmpty()
        && !store.open.isEmpty()
        && budget.stored() + store.bytes() - settledBytes > budget.highWater()) {
      decider.decideEarly(store.open.first(), Cause.HIGH_WATER, nowMillis, nowNanos);
      decided++;
    }
    return decided;
  }

  private int drain() {
    if (drains.isEmpty()) {
      return 0;
    }
    int decided = 0;
    while (decided < TRACES_PER_CYCLE && !store.open.isEmpty()) {
      int trace = store.open.first();
      if (context.tail().dropPendingTracesOnShutdown()) {
        store.wheel.remove(trace);
        store.open.remove(trace);
        departures.drop(trace, DropReason.SHUTDOWN);
      } else {
        decider.decideEarly(trace, Cause.SHUTDOWN, nowMillis, nowNanos);
      }
      decided++;
    }
    if (store.open.isEmpty() && departures.waiting().isEmpty() && commands.isEmpty()) {
      settle();
      counts.flush();
      drains.forEach(done -> done.complete(null));
      drains.clear();
    }
    return decided;
  }

  private int sweep() {
    if (nowMillis - sweepMillis < 0) {
      return 0;
    }
    sweepMillis = nowMillis + SWEEP_MILLIS;
    if (store.contexts.sweepDue()) {
      sweepContexts();
    }
    return store.groups.sweep(oldestMillis(), GROUPS_PER_SWEEP);
  }

  private int oldestMillis() {
    int oldest = store.open.isEmpty() ? nowMillis : store.traces.createdMillis(store.open.first());
    if (!departures.waiting().isEmpty() && departures.oldestWaitingMillis() - oldest < 0) {
      return departures.oldestWaitingMillis();
    }
    return oldest;
  }

  private void sweepContexts() {
    BitSet inUse = new BitSet();
    caches.markContexts(inUse);
    mark(store.open.first(), inUse);
    mark(departures.waiting().first(), inUse);
    store.contexts.sweep(inUse);
  }

  private void mark(int first, BitSet inUse) {
    for (int trace = first; trace != TraceTable.NONE; trace = store.open.next(trace)) {
      inUse.set(store.traces.context(trace));
    }
  }

  private void settle() {
    long bytes = store.bytes();
    if (bytes != settledBytes || reservedBytes != 0) {
      budget.settle(reservedBytes, bytes - settledBytes);
      settledBytes = bytes;
      reservedBytes = 0;
    }
  }

  private void publish() {
    long oldest =
        store.open.isEmpty()
            ? 0
            : nowNanos
                - (nowMillis - store.traces.firstArrivalMillis(store.open.first())) * 1_000_000L;
    published =
        new Published(
            counts.held(),
            store.open.size(),
            departures.waiting().size(),
            oldest,
            store.slabBytes(),
            caches.kept.coveredMillis(nowMillis),
            caches.dropped.coveredMillis(nowMillis),
            caches.kept.size() + caches.dropped.size());
  }

  /** Drops whatever is left, counted; nothing may be queued any more. */
  void close() {
    for (ShardCommand command = commands.poll(); command != null; command = commands.poll()) {
      if (command instanceof ShardCommand.Spans spans) {
        queuedBatches.decrementAndGet();
        reservedBytes += spans.reservedBytes();
        context.metrics().dropped(DropReason.SHUTDOWN, spans.batch().spanCount());
        spans.batch().message().release();
      }
    }
    while (!store.open.isEmpty()) {
      int trace = store.open.first();
      store.wheel.remove(trace);
      store.open.remove(trace);
      departures.drop(trace, DropReason.SHUTDOWN);
    }
    departures.abandon();
    settle();
    counts.flush();
    publish();
  }

  /** Whether it waits for no deadline and no export: it can sleep until it is queued something. */
  boolean isIdle() {
    return store.open.isEmpty() && departures.waiting().isEmpty() && drains.isEmpty();
  }

  int index() {
    return index;
  }

  boolean queueIsEmpty() {
    return commands.isEmpty();
  }

  int queuedBatches() {
    return queuedBatches.get();
  }

  Published published() {
    return published;
  }

  /** The newest epoch whose command it has met. */
  EpochOrder epoch() {
    return epoch;
  }

  int openTraceCapacity() {
    return gatherer.limits().openTraces();
  }
}
