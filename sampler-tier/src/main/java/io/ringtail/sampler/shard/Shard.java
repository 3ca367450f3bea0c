package io.ringtail.sampler.shard;

import io.ringtail.rules.Rule;
import io.ringtail.sampler.buffer.ByteBudget;
import io.ringtail.sampler.buffer.Slabs;
import io.ringtail.sampler.export.KeptTrace;
import io.ringtail.sampler.policy.PolicySet;
import io.ringtail.sampler.settle.DecisionBatch;
import io.ringtail.sampler.settle.Replayable;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;

/**
 * One shard: the traces of its slots and the duty cycle that moves them along.
 *
 * <p>Threads: {@link #doWork} and {@link #close} by the one that owns the shard; {@link
 * #tryReservePlace}, {@link #tryPromise}, {@link #queue} and what is published, by any. Commands
 * other than spans are few and always find a place in the queue.
 */
final class Shard {
  private static final int COMMANDS_PER_CYCLE = 16;
  private static final int TRACES_PER_CYCLE = 512;

  private final int index;
  private final PolicySet policies;
  private final ShardContext context;
  private final Slabs slabs;
  private final ShardStore store;
  private final DecisionCaches caches;
  private final ShardCounts counts;
  private final Departures departures;
  private final Decider decider;
  private final Gatherer gatherer;
  private final ByteBudget budget;
  private final LongPredicate mayDecide;
  private final TimerWheel.Expiry expiry = this::expired;

  private final Queue<ShardCommand> commands = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queuedBatches = new AtomicInteger();

  private final long startNanos;
  private volatile boolean closed;
  private long nowNanos;
  private int nowMillis;
  private long settledBytes;
  private long settledBlockBytes;
  private long reservedBytes;
  private long promisedBytes;
  private long malformedAttributes;
  private final Unanswered unanswered;
  private final HeirMail mail;
  private final ReceivedDecisions received;
  private final Handover handover;
  private final Merger merger;
  private volatile Foreign foreign = Foreign.NONE;
  private long exportBytes;
  private long replayableBytes;
  private final PublishedMarks marks;
  private final Sweeper sweeper;
  private final List<CompletableFuture<Void>> drains = new ArrayList<>();
  private volatile Published published = new Published(0, 0, 0, 0, 0, 0, 0, 0, 0, false, false);

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
   * @param replayableDecisions kept for a replay, each copy counted
   * @param held whether nothing may be decided early now (protocol O4)
   * @param overgrown whether a trace is over a cap while that is so
   */
  record Published(
      long heldSpans,
      int openTraces,
      int waitingTraces,
      long oldestNanos,
      long slabBytes,
      int keptCoveredMillis,
      int droppedCoveredMillis,
      int rememberedDecisions,
      int replayableDecisions,
      boolean held,
      boolean overgrown) {}

  Shard(int index, PolicySet policies, ShardContext context) {
    this.index = index;
    this.policies = policies;
    this.context = context;
    this.budget = context.budget();
    this.mayDecide = context.rules().inForce(Rule.L1) ? context.mayDecide() : now -> true;
    this.startNanos = context.nanoClock().getAsLong();
    this.slabs = new Slabs(context.slabs(), context.config().slabBytes());
    this.store = new ShardStore(slabs, context.config().noteBytes(), policies, 0, context.rules());
    this.marks = new PublishedMarks(store.notes);
    this.caches = new DecisionCaches(context.config(), context.tail());
    this.counts = new ShardCounts(context.metrics());
    PolicyNames names = new PolicyNames(context.metrics());
    this.unanswered = new Unanswered(store.notes, this::queue);
    this.mail = new HeirMail(context, index);
    this.departures = new Departures(store, names, context, unanswered, counts);
    this.decider = new Decider(store, policies, caches, names, departures, counts, mail, context);
    this.sweeper = new Sweeper(store, caches, decider, departures);
    this.received = new ReceivedDecisions(store, names, decider, mail, context, index);
    this.gatherer =
        new Gatherer(
            store, policies, caches, decider, departures, counts, Gatherer.Limits.of(context));
    this.handover =
        new Handover(index, store, caches, names, departures, unanswered, counts, context);
    decider.notices().onSettledApart(received::again);
    departures.onHandedOff(decider.notices()::handedOff);
    this.merger = new Merger(store, gatherer, decider, names, counts, context.handover());
    settle();
  }

  /** Takes a place in the queue for a batch; false if there is none. */
  boolean tryReservePlace() {
    int queued = queuedBatches.get();
    while (queued < context.config().queuedBatches()) {
      if (queuedBatches.compareAndSet(queued, queued + 1)) {
        return true;
      }
      queued = queuedBatches.get();
    }
    return false;
  }

  void giveBackPlace() {
    queuedBatches.decrementAndGet();
  }

  /** Takes the memory a batch may need; false if there is none. */
  boolean tryPromise(long bytes) {
    return slabs.tryPromise(bytes);
  }

  /** Gives back a place and memory that were not used. */
  void unreserve(long bytes) {
    giveBackPlace();
    slabs.withdraw(bytes);
  }

  /**
   * Queues a command; for spans a place was reserved before. After the end its spans are dropped:
   * it is here or in {@link #close}, whichever is later, that what is queued is met.
   */
  void queue(ShardCommand command) {
    commands.add(command);
    if (closed) {
      dropQueued();
    }
  }

  /**
   * One duty cycle: reads the clock once, takes some commands, decides some traces.
   *
   * @return work done; 0 if there was nothing to do
   */
  int doWork() {
    nowNanos = context.nanoClock().getAsLong();
    nowMillis = (int) ((nowNanos - startNanos) / 1_000_000);
    decider.lease(isUpToDate() && mayDecide.test(nowNanos));
    int work = takeCommands();
    work += store.wheel.advance(nowMillis, TRACES_PER_CYCLE, expiry);
    work += decider.decideOverdue(TRACES_PER_CYCLE, nowMillis, nowNanos);
    work += decider.notices().work(decider.lease(), TRACES_PER_CYCLE, nowMillis);
    work += received.work(nowMillis);
    work += mail.work(nowMillis);
    work += sweeper.evict(nowMillis);
    work += departures.retry(TRACES_PER_CYCLE);
    work += handover.doWork(nowMillis);
    settle();
    work += decideEarly();
    work += drain();
    work += sweeper.sweep(nowMillis);
    settle();
    counts.flush();
    if (work > 0 || counts.held() != published.heldSpans()) { // also after a cycle that failed
      publish();
      countMalformedAttributes();
      marks.changed();
    }
    foreign = handover.foreign();
    marks.publish(nowMillis);
    return work;
  }

  /** Of a newer epoch that is known but not in use it is not known whose the slots are. */
  private boolean isUpToDate() {
    return context.epochs().isNewest(decider.slots().order());
  }

  /** To be set before the shard works. */
  void listener(EffectListener told) {
    decider.listener(told);
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
    } else if (command instanceof ShardCommand.Answered answered) {
      answered(answered.export());
    } else if (command instanceof ShardCommand.Progress progress) {
      store.notes.passed(progress.routerKey(), progress.upToSeq());
      store.replayable.logBegins(progress.routerKey(), progress.oldestSeq());
    } else if (command instanceof ShardCommand.NoticeTaken taken) {
      decider.notices().taken(taken.heir(), taken.noticeId());
    } else if (command instanceof ShardCommand.NoticeNotOwner refused) {
      decider.notices().refused(refused.heir(), refused.noticeId(), refused.epoch());
    } else if (command instanceof ShardCommand.Decisions decisions) {
      take(decisions);
    } else if (command instanceof ShardCommand.Settled settled) {
      for (long id : settled.noticeIds()) {
        store.replayable.settled(settled.from(), id);
      }
    } else if (command instanceof ShardCommand.Slots slots) {
      slots(slots.view());
    } else if (command instanceof ShardCommand.PeerDown down) {
      mail.down(down.peer());
      handover.onDown(down.peer(), nowMillis);
    } else if (command instanceof ShardCommand.Transfer transfer) {
      take(transfer.in());
    } else if (command instanceof ShardCommand.TransferAnswered answered) {
      handover.onAnswer(answered.answer(), nowMillis);
    } else if (command instanceof ShardCommand.PeerWritable writable) {
      handover.onWritable(writable.peer());
    } else if (command instanceof ShardCommand.RouterEnds ends) {
      marks.ends(ends.ending());
    } else if (command instanceof ShardCommand.RouterGone gone) {
      forget(gone);
    } else if (command instanceof ShardCommand.Unsure unsure) {
      store.notes.unsure(unsure.routerKeys());
    } else if (command instanceof ShardCommand.Unnamed unnamed) {
      store.replayable.gone(unnamed.routerKeys());
    } else if (command instanceof ShardCommand.Discard) {
      discard();
    } else if (command instanceof ShardCommand.Drain drain) {
      drains.add(drain.done());
    } else {
      throw new AssertionError(command);
    }
  }

  private void letGo(ShardBatch batch) {
    batch.message().release();
    context.unreadBytes().addAndGet(-batch.spanBytes());
  }

  private void usedUp(long reserved) {
    reservedBytes += reserved;
    promisedBytes += reserved;
  }

  private void take(ShardCommand.Spans spans) {
    giveBackPlace();
    usedUp(spans.reservedBytes());
    try {
      gatherer.gather(spans.batch(), nowMillis, nowNanos);
    } finally {
      letGo(spans.batch());
    }
  }

  private void take(TransferIn in) {
    giveBackPlace();
    usedUp(in.reservedBytes());
    try {
      merger.merge(in, nowMillis, nowNanos);
      if (!in.isOwnedIn(decider.slots())) {
        handover.passOn(nowMillis);
      }
    } finally {
      in.bytes().release();
      marks.afterwards(in.arrival()::done);
    }
  }

  private void answered(Unanswered.Export export) {
    if (!unanswered.remove(export)) {
      return;
    }
    DecisionBatch batch = export.decision();
    if (batch != null) {
      if (!batch.isVoid(export.place())) {
        handover.settled(batch, export.place());
      }
      decider.notices().answered(batch, export.place());
    } else if (export.handedIn()) {
      settledForAnother(export.trace());
    }
  }

  /** Who has the slot says that the trace is settled, whoever decided it (protocol D3). */
  private void settledForAnother(KeptTrace trace) {
    int context = store.contexts.intern(trace.context());
    int known = store.replayable.find(context, trace.traceIdHi(), trace.traceIdLo());
    DecisionBatch alone = known == Replayable.NONE ? null : store.replayable.settled(known);
    if (alone != null) {
      received.again(alone);
      handover.settled(alone, 0);
    }
  }

  private void take(ShardCommand.Decisions decisions) {
    boolean stored;
    try {
      stored =
          received.store(decisions.from(), decisions.noticeId(), decisions.notice(), nowMillis);
    } catch (RuntimeException | Error e) {
      decisions.reception().failed(e);
      throw e;
    }
    if (stored) {
      decisions.reception().stored();
    } else {
      decisions.reception().refused(decider.slots().order());
    }
  }

  private void slots(SlotView view) {
    marks.publishNow(); // before anything is handed over: it stands behind floors of these
    decider.slots(view, nowMillis);
    received.slots(view);
    mail.owners(view.owners());
    handover.slots(view, nowMillis);
  }

  /** What was decided without effect is open again, as nothing is this sampler's any more. */
  private void discard() {
    decider.slots(SlotView.NONE, nowMillis);
    while (store.openCount() > 0) {
      int trace = store.open.isEmpty() ? store.overdue.first() : store.open.first();
      store.takeOpen(trace);
      departures.drop(trace, DropReason.SETTLED_ELSEWHERE);
    }
  }

  private void forget(ShardCommand.RouterGone gone) {
    store.notes.forget(gone.routerKey());
    decider.notices().forget(gone.routerKey());
    store.replayable.forget(gone.routerKey());
    received.forget(gone.routerKey());
    marks.afterwards(
        () -> {
          if (gone.left().decrementAndGet() == 0) {
            gone.forgotten().run();
          }
        });
  }

  private void expired(int trace) {
    decider.expired(trace, nowMillis, nowNanos);
  }

  /**
   * Above high water the oldest traces are decided, unless it is the export that is stuck: then
   * early decisions would only spoil traces, and intake refuses instead. So it does while anything
   * is held.
   */
  private int decideEarly() {
    int decided = 0;
    while (decided < TRACES_PER_CYCLE
        && departures.waiting().isEmpty()
        && !store.open.isEmpty()
        && budget.isHigh(store.bytes() - settledBytes)
        && decider.mayDecideEarly()
        && decider.mayDecide(store.open.first())) {
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
    for (; decided < TRACES_PER_CYCLE && !store.open.isEmpty(); decided++) {
      int trace = store.open.first();
      if (!decider.mayDecide(trace)) {
        decider.waitOverdue(trace);
      } else if (context.tail().dropPendingTracesOnShutdown()) {
        store.takeOpen(trace);
        departures.drop(trace, DropReason.SHUTDOWN);
      } else {
        decider.decideAtLast(trace, nowMillis, nowNanos);
      }
    }
    if (store.open.isEmpty()
        && decider.allOverdueAreForeign()
        && store.decided.isEmpty()
        && store.untold.isEmpty()
        && departures.waiting().isEmpty()
        && commands.isEmpty()) {
      settle();
      counts.flush();
      drains.forEach(done -> done.complete(null));
      drains.clear();
    }
    return decided;
  }

  private void settle() {
    long blockBytes = store.blockBytes();
    slabs.settle(promisedBytes, blockBytes - settledBlockBytes);
    settledBlockBytes = blockBytes;
    promisedBytes = 0;
    long bytes = store.bytes();
    reservedBytes -= unanswered.bytes() - exportBytes; // used, but not stored: no early decisions
    exportBytes = unanswered.bytes();
    long replayable = store.replayable.bytes();
    if (replayable != replayableBytes) {
      budget.replayable(replayable - replayableBytes);
      replayableBytes = replayable;
    }
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
            store.openCount(),
            departures.waiting().size(),
            oldest,
            store.slabBytes(),
            caches.kept.coveredMillis(nowMillis),
            caches.dropped.coveredMillis(nowMillis),
            caches.kept.size() + caches.dropped.size(),
            store.replayable.kept(),
            !decider.mayDecideEarly(),
            gatherer.overgrown(!decider.mayDecideEarly()));
  }

  /** Drops whatever is left, counted, and what is still queued from here on. */
  void close() {
    closed = true;
    dropQueued();
    dropHeld();
  }

  private synchronized void dropQueued() {
    for (ShardCommand command = commands.poll(); command != null; command = commands.poll()) {
      if (command instanceof ShardCommand.Spans spans) {
        giveBackPlace();
        usedUp(spans.reservedBytes());
        context.metrics().dropped(DropReason.SHUTDOWN, spans.batch().spanCount());
        letGo(spans.batch());
      } else if (command instanceof ShardCommand.Transfer transfer) {
        giveBackPlace();
        usedUp(transfer.in().reservedBytes());
        context.metrics().dropped(DropReason.SHUTDOWN, transfer.in().spanCount());
        transfer.in().bytes().release();
      } else if (command instanceof ShardCommand.Answered answered) {
        unanswered.remove(answered.export());
      }
    }
    settle();
  }

  private synchronized void dropHeld() {
    handover.close();
    while (store.openCount() > 0) {
      int trace = store.open.isEmpty() ? store.overdue.first() : store.open.first();
      store.takeOpen(trace);
      departures.drop(trace, DropReason.SHUTDOWN);
    }
    while (!store.decided.isEmpty() || !store.untold.isEmpty()) {
      int trace = store.decided.isEmpty() ? store.untold.first() : store.decided.first();
      decider.notices().withdraw(trace);
      departures.drop(trace, DropReason.SHUTDOWN);
    }
    departures.abandon();
    unanswered.clear();
    settle();
    counts.flush();
    publish();
  }

  /** Whether it waits for no deadline and no export: it can sleep until it is queued something. */
  boolean isIdle() {
    return store.openCount() == 0
        && departures.waiting().isEmpty()
        && drains.isEmpty()
        && unanswered.isEmpty()
        && received.isIdle()
        && mail.isSaid()
        && handover.isIdle()
        && decider.notices().isEmpty()
        && marks.isIdle();
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

  /** Kept traces the export queue has taken and not answered. Threads: any. */
  int unanswered() {
    return unanswered.count();
  }

  /** All a router sent up to this seq is settled here; -1 if it was not seen. Threads: any. */
  long mark(int routerKey) {
    return marks.of(routerKey);
  }

  /** How far its handoff is. Threads: any. */
  Foreign foreign() {
    return foreign;
  }

  /** The view whose command it has met last. */
  SlotView slots() {
    return decider.slots();
  }

  int openTraceCapacity() {
    return gatherer.limits().openTraces();
  }
}
