package io.ringtail.sampler.shard;

import io.ringtail.rules.Rule;
import io.ringtail.sampler.account.Cause;
import io.ringtail.sampler.decide.Decider;
import io.ringtail.sampler.decide.EffectListener;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.handover.Foreign;
import io.ringtail.sampler.policy.PolicySet;
import io.ringtail.sampler.store.ShardContext;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.sampler.store.TimerWheel;
import java.util.function.LongPredicate;

/**
 * One shard: the traces of its slots and the duty cycle that moves them along. Its parts are {@link
 * ShardParts}; {@link CommandTaker} takes to them what is queued, {@link ShardEnd} empties them.
 *
 * <p>Threads: {@link #doWork} and {@link #close} by the one that owns the shard; {@link
 * #tryReservePlace}, {@link #tryPromise}, {@link #queue} and what is published, by any.
 */
final class Shard {
  private static final int COMMANDS_PER_CYCLE = 16;
  private static final int TRACES_PER_CYCLE = 512;
  private static final int MANY_BATCHES = 64;
  private static final int MUCH_UNREAD = 1 << 20;
  private static final int READ_FIRST_MILLIS = 100;
  private static final int NOT_HIGH = -1;

  private final int index;
  private final ShardContext context;
  private final CommandQueue commands;
  private final ShardParts parts;
  private final ShardStore store;
  private final Decider decider;
  private final Departures departures;
  private final CommandTaker taker;
  private final ShardEnd end;
  private final LongPredicate mayDecide;
  private final Standstill standstill;
  private final TimerWheel.Expiry expiry = this::expired;

  private final int manyBatches;
  private final long muchUnread;
  private final long startNanos;
  private volatile boolean closed;
  private long nowNanos;
  private int nowMillis;

  /** When memory was first found above high water, of the rounds since it was not. */
  private int highSinceMillis = NOT_HIGH;

  private long malformedAttributes;
  private volatile Foreign foreign = Foreign.NONE;
  private volatile ShardStatus published = ShardStatus.NONE;

  Shard(int index, PolicySet policies, ShardContext context) {
    this.index = index;
    this.context = context;
    this.commands = new CommandQueue(context.config().queuedBatches());
    this.manyBatches = Math.min(MANY_BATCHES, context.config().queuedBatches() / 4);
    this.muchUnread = Math.min(MUCH_UNREAD, context.config().slabBytes());
    this.mayDecide = context.rules().inForce(Rule.L1) ? context.mayDecide() : now -> true;
    this.startNanos = context.nanoClock().getAsLong();
    this.standstill = new Standstill(startNanos, context.rules());
    this.parts = new ShardParts(index, policies, context, e -> queue(new ShardCommand.Answered(e)));
    this.store = parts.store;
    this.decider = parts.decider;
    this.departures = parts.departures;
    this.end = new ShardEnd(parts, commands);
    this.taker = new CommandTaker(parts, end);
    parts.memory.settle();
  }

  // ---- from any thread

  /** Takes a place in the queue for a batch; false if there is none. */
  boolean tryReservePlace() {
    return commands.tryReservePlace();
  }

  void giveBackPlace() {
    commands.giveBackPlace();
  }

  /** Takes the memory a batch may need; false if there is none. */
  boolean tryPromise(long bytes) {
    return parts.slabs.tryPromise(bytes);
  }

  /** Gives back a place and memory that were not used. */
  void unreserve(long bytes) {
    commands.giveBackPlace();
    parts.slabs.withdraw(bytes);
  }

  /**
   * Queues a command; for spans a place was reserved before. After the end its spans are dropped:
   * it is here or in {@link #close}, whichever is later, that what is queued is met.
   */
  void queue(ShardCommand command) {
    commands.add(command);
    if (closed) {
      end.dropQueued();
    }
  }

  boolean queueIsEmpty() {
    return commands.isEmpty();
  }

  /**
   * Whether so many spans wait that they are better taken now: they lie on the heap until then, and
   * room for the worst case is set aside for them.
   */
  boolean hasMuchQueued() {
    return commands.takenPlaces() >= manyBatches || context.unreadBytes().get() >= muchUnread;
  }

  int queuedBatches() {
    return commands.takenPlaces();
  }

  ShardStatus published() {
    return published;
  }

  /** Kept traces the export queue has taken and not answered. */
  int unanswered() {
    return parts.unanswered.count();
  }

  /** All a router sent up to this seq is settled here; -1 if it was not seen. */
  long mark(int routerKey) {
    return parts.marks.of(routerKey);
  }

  /** How far its handoff is. */
  Foreign foreign() {
    return foreign;
  }

  int index() {
    return index;
  }

  int openTraceCapacity() {
    return parts.limits.openTraces();
  }

  // ---- the duty cycle

  /** To be set before the shard works. */
  void listener(EffectListener told) {
    decider.listener(told);
  }

  /**
   * One duty cycle: reads the clock once, takes some commands, decides some traces.
   *
   * @return work done; 0 if there was nothing to do
   */
  int doWork() {
    nowNanos = context.nanoClock().getAsLong();
    nowMillis = (int) ((nowNanos - startNanos) / 1_000_000);
    standstill.begin(nowNanos, commands::size);
    decider.lease(isUpToDate() && standstill.permits(mayDecide));
    int work = takeCommands();
    standstill.taken(work);
    work += store.wheel.advance(nowMillis, TRACES_PER_CYCLE, expiry);
    work += decider.decideOverdue(TRACES_PER_CYCLE, nowMillis, nowNanos);
    work += decider.notices().work(decider.lease(), TRACES_PER_CYCLE, nowMillis);
    work += parts.received.work(nowMillis);
    work += parts.mail.work(nowMillis);
    work += parts.lookups.work(nowMillis);
    work += parts.sweeper.evict(nowMillis);
    work += departures.retry(TRACES_PER_CYCLE);
    work += parts.handover.doWork(nowMillis);
    parts.memory.settle();
    work += decideEarly();
    work += end.work(TRACES_PER_CYCLE, nowMillis, nowNanos);
    work += parts.sweeper.sweep(nowMillis);
    parts.memory.settle();
    parts.counts.flush();
    if (work > 0 || parts.counts.held() != published.heldSpans()) { // also after a failed cycle
      publish();
      countMalformedAttributes();
      parts.marks.changed();
    }
    foreign = parts.handover.foreign();
    parts.marks.publish(nowMillis);
    return work;
  }

  /** Of a newer epoch that is known but not in use it is not known whose the slots are. */
  private boolean isUpToDate() {
    return context.epochs().isNewest(decider.slots().order());
  }

  private int takeCommands() {
    for (int taken = 0; taken < COMMANDS_PER_CYCLE; taken++) {
      ShardCommand command = commands.poll();
      if (command == null) {
        return taken;
      }
      taker.take(command, nowMillis, nowNanos);
    }
    return COMMANDS_PER_CYCLE;
  }

  private void expired(int trace) {
    decider.expired(trace, nowMillis, nowNanos);
  }

  /**
   * Above high water the oldest traces are decided, unless it is the export that is stuck: then
   * early decisions would only spoil traces, and intake refuses instead. So it does while anything
   * is held.
   *
   * <p>What is queued is taken first, if that takes no longer than {@value #READ_FIRST_MILLIS} ms:
   * in a burst the oldest trace is some ms old, and what senders were told of before is no late
   * span of it. Room for that is set aside already.
   */
  private int decideEarly() {
    boolean high = parts.memory.isHigh();
    highSinceMillis = !high ? NOT_HIGH : highSinceMillis == NOT_HIGH ? nowMillis : highSinceMillis;
    if (!high || (!commands.isEmpty() && nowMillis - highSinceMillis < READ_FIRST_MILLIS)) {
      return 0;
    }
    int decided = 0;
    while (decided < TRACES_PER_CYCLE
        && departures.waiting().isEmpty()
        && !store.open.isEmpty()
        && parts.memory.isHigh()
        && decider.mayDecideEarly()
        && decider.mayDecide(store.open.first())) {
      decider.decideEarly(store.open.first(), Cause.HIGH_WATER, nowMillis, nowNanos);
      decided++;
    }
    return decided;
  }

  private void publish() {
    published = ShardStatus.of(parts, nowMillis, nowNanos);
  }

  private void countMalformedAttributes() {
    long malformed = parts.policies.malformed();
    if (malformed != malformedAttributes) {
      context.metrics().malformedAttributes(malformed - malformedAttributes);
      malformedAttributes = malformed;
    }
  }

  /** Drops whatever is left, counted, and what is still queued from here on. */
  void close() {
    closed = true;
    end.dropQueued();
    end.dropHeld();
    publish();
  }

  /** Whether it waits for no deadline and no export: it can sleep until it is queued something. */
  boolean isIdle() {
    return store.openCount() == 0
        && departures.waiting().isEmpty()
        && !end.isDraining()
        && parts.unanswered.isEmpty()
        && parts.received.isIdle()
        && parts.mail.isSaid()
        && parts.handover.isIdle()
        && decider.notices().isEmpty()
        && parts.marks.isIdle();
  }

  /** The view whose command it has met last. */
  SlotView slots() {
    return decider.slots();
  }
}
