package io.ringtail.router.forward;

import com.codahale.metrics.Counter;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Mark;
import io.ringtail.link.RouterWord;
import io.ringtail.link.SamplerWord;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import io.ringtail.router.forward.ForwardMetrics.ResendReason;
import io.ringtail.router.retain.Piece;
import io.ringtail.router.retain.RetentionConfig;
import io.ringtail.router.retain.RetentionLog;
import io.ringtail.router.retain.SamplerKey;
import io.ringtail.router.route.RoutingTable;
import io.ringtail.router.split.Part;
import io.ringtail.rules.Rules;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what links and epochs tell to the {@link RetentionLog}, on the control loop, through one
 * queue. Acceptances and marks wait there for {@value #TICK_MILLIS} ms at most, so that the links
 * need not wake anybody for each; words and epochs go at once.
 *
 * <p>How no part is overlooked: before each batch it reads the newest seq and then the oldest
 * unanswered one of all links. A seq below both has been answered, and its acceptance was put into
 * the queue before its link stopped telling of it; so it is in the log, or was, once the queue has
 * been emptied. Only then the log trims, and says what its oldest is. What it says is not above the
 * oldest request either: a part that waits for an epoch has no seq by which it would count, and
 * what is decided meanwhile has to be known when it comes.
 */
final class RetentionLoop implements Retention, RetentionLog.Effects {
  private static final Logger logger = LoggerFactory.getLogger(RetentionLoop.class);
  private static final long TICK_MILLIS = 20;
  private static final int WAKING_COUNT = 128;
  private static final int EVENTS_A_TURN = 4096;

  private final boolean on;
  private final boolean mayRefuse;
  private final EventLoop control;
  private final RetentionLog log;
  private final Mishaps mishaps;
  private final Rerouter rerouter;
  private final Seqs seqs;
  private final OpenRequests requests;
  private final Supplier<Collection<Link>> links;
  private final BiConsumer<SamplerKey, RouterWord> words;
  private final AtomicLong bytesHeld;
  private final LongSupplier nanoTime;
  private final Queue<Event> events = new ConcurrentLinkedQueue<>();
  private final AtomicLong posted = new AtomicLong();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  /** Epochs whose predecessors' links have not all ended, oldest first. */
  private final ArrayDeque<PendingEpoch> pending = new ArrayDeque<>();

  private volatile long oldestSeq = 1;
  private volatile long roomBytes;

  /** Events taken from the queue. */
  private volatile long taken;

  /** How many had been taken when the log was empty; −1 if it was not. */
  private volatile long settledAt;

  private volatile long spanCount;
  private boolean piecesWereSent;
  private boolean stopped;

  private sealed interface Event {
    record Accepted(Parcel parcel, SamplerKey receiver) implements Event {}

    record Rejected(Parcel parcel) implements Event {}

    record Heard(SamplerKey from, List<SamplerWord> words, @Nullable Mark mark) implements Event {}

    record LinkEnded(EpochOrder epoch) implements Event {}

    record InUse(PendingEpoch epoch) implements Event {}
  }

  private static final class PendingEpoch {
    final RoutingTable table;
    final boolean inTurn;
    final @Nullable EpochOrder namedAnew;
    int openLinks;

    PendingEpoch(
        RoutingTable table, boolean inTurn, @Nullable EpochOrder namedAnew, int openLinks) {
      this.table = table;
      this.inTurn = inTurn;
      this.namedAnew = namedAnew;
      this.openLinks = openLinks;
    }
  }

  /** What it works on and with. */
  record Surroundings(
      EventLoop control,
      Rerouter rerouter,
      Seqs seqs,
      OpenRequests requests,
      AtomicLong bytesHeld,
      ByteBufAllocator allocator,
      LongSupplier nanoTime,
      Rules rules) {}

  /**
   * @param links all that may have unanswered parts
   * @param words says a word on the link to a sampler, if there is one; any thread
   */
  RetentionLoop(
      RetentionConfig config,
      Surroundings with,
      Supplier<Collection<Link>> links,
      BiConsumer<SamplerKey, RouterWord> words,
      Metrics metrics) {
    this.on = config.isOn();
    this.control = with.control;
    this.rerouter = with.rerouter;
    this.seqs = with.seqs;
    this.requests = with.requests;
    this.bytesHeld = with.bytesHeld;
    this.nanoTime = with.nanoTime;
    this.links = links;
    this.words = words;
    Counter failures =
        metrics.counter(
            "ringtail_router_retention_failures_total",
            "Errors of the log of accepted parts: bugs, or no memory.");
    this.mishaps = new Mishaps(failures, logger, nanoTime);
    this.log = new RetentionLog(config, metrics, with.allocator, this, with.rules);
    this.mayRefuse = log.mayRefuse();
    this.roomBytes = log.roomBytes();
  }

  /** Begins to tick. */
  @SuppressWarnings("FutureReturnValueIgnored") // ends with the loop
  void start() {
    control.scheduleWithFixedDelay(this::run, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  RetentionLog log() {
    return log;
  }

  @Override
  public void accepted(Parcel parcel, SamplerKey receiver) {
    if (on || parcel.errand().piece() != null) {
      post(new Event.Accepted(parcel, receiver), false);
    } else {
      parcel.release();
    }
  }

  @Override
  public void rejected(Parcel parcel) {
    post(new Event.Rejected(parcel), true);
  }

  @Override
  public void heard(SamplerKey from, List<SamplerWord> said, @Nullable Mark mark) {
    post(new Event.Heard(from, said, mark), !said.isEmpty());
  }

  @Override
  public void linkEnded(EpochOrder epoch) {
    post(new Event.LinkEnded(epoch), true);
  }

  /**
   * An epoch is in use. Threads: that of the epochs.
   *
   * @param namedAnew the epoch in which samplers have seen this router come, if it is not the one
   *     they knew before, so that they ask it
   * @param endingLinks how many links end with it; {@link #linkEnded} comes for each
   */
  void onEpoch(
      RoutingTable table, boolean inTurn, @Nullable EpochOrder namedAnew, int endingLinks) {
    post(new Event.InUse(new PendingEpoch(table, inTurn, namedAnew, endingLinks)), true);
  }

  private void post(Event event, boolean atOnce) {
    events.add(event);
    boolean many = posted.incrementAndGet() - taken >= WAKING_COUNT;
    if ((atOnce || many) && scheduled.compareAndSet(false, true)) {
      try {
        control.execute(this::run);
      } catch (RejectedExecutionException e) {
        releaseAll(); // the loops have ended
      }
    }
  }

  private void releaseAll() {
    for (Event e = events.poll(); e != null; e = events.poll()) {
      if (e instanceof Event.Accepted accepted) {
        accepted.parcel.release();
      } else if (e instanceof Event.Rejected rejected) {
        rejected.parcel.release();
      }
    }
  }

  private void run() {
    scheduled.set(false);
    if (stopped) {
      releaseAll();
      return;
    }
    try {
      goOn();
    } catch (RuntimeException | Error e) { // thrown on, it would end the ticks
      mishaps.happened("event=retention-failed", e);
    }
  }

  private void goOn() {
    long nowNanos = nanoTime.getAsLong();
    long bound = bound();
    long unanswered = requests.oldestSeq(); // read before the queue, too
    boolean empty = takeEvents(nowNanos);
    boolean more = !empty;
    if (empty) {
      more = log.work(nowNanos, bound);
      publish(Math.min(bound, unanswered));
    }
    if (piecesWereSent) {
      piecesWereSent = false;
      rerouter.runDue();
    }
    if (more && scheduled.compareAndSet(false, true)) {
      control.execute(this::run);
    }
  }

  /** All seqs below are answered; read in this order, see above. */
  private long bound() {
    long bound = seqs.last() + 1;
    for (Link link : links.get()) {
      bound = Math.min(bound, link.oldestSeq());
    }
    return bound;
  }

  private boolean takeEvents(long nowNanos) {
    long count = taken;
    Event e = null;
    for (int i = 0; i < EVENTS_A_TURN; i++) {
      e = events.poll();
      if (e == null) {
        break;
      }
      takeOrGiveUp(e, nowNanos);
      count++;
    }
    taken = count;
    return e == null;
  }

  /** One event that fails takes no other with it; an accepted part is not in the log then. */
  private void takeOrGiveUp(Event event, long nowNanos) {
    try {
      take(event, nowNanos);
    } catch (RuntimeException | Error e) {
      mishaps.happened("event=retention-failed", e);
      if (event instanceof Event.Accepted lost) {
        Parcel parcel = lost.parcel;
        log.failed(lost.receiver, parcel.seq(), parcel.spanCount(), parcel.errand().piece());
      }
    }
  }

  private void take(Event event, long nowNanos) {
    if (event instanceof Event.Accepted e) {
      Parcel parcel = e.parcel;
      log.accepted(
          parcel.handOver(), parcel.seq(), parcel.epoch(), e.receiver, parcel.errand(), nowNanos);
      if (mayRefuse) { // at once, as it is no longer on its way
        roomBytes = log.roomBytes();
      }
    } else if (event instanceof Event.Heard e) {
      log.heard(e.from, e.words, e.mark);
    } else if (event instanceof Event.Rejected e) {
      Piece piece = e.parcel.errand().piece();
      e.parcel.release();
      if (piece != null) {
        log.rejected(piece, e.parcel.spanCount());
      }
    } else if (event instanceof Event.InUse e) {
      pending.add(e.epoch);
      applyPending(nowNanos);
    } else if (event instanceof Event.LinkEnded e) {
      pending.stream()
          .filter(p -> p.table.order().equals(e.epoch))
          .findFirst()
          .ifPresent(p -> p.openLinks--);
      applyPending(nowNanos);
    } else {
      throw new AssertionError(event);
    }
  }

  private void applyPending(long nowNanos) {
    for (PendingEpoch p = pending.peek(); p != null && p.openLinks == 0; p = pending.peek()) {
      pending.remove();
      log.onEpoch(p.table, p.inTurn, p.namedAnew, nowNanos);
    }
  }

  private void publish(long oldestUnanswered) {
    oldestSeq = Math.min(oldestUnanswered, log.oldestSeq());
    roomBytes = log.roomBytes();
    spanCount = log.spanCount();
    settledAt = log.isEmpty() ? taken : -1;
  }

  @Override
  public void say(SamplerKey to, RouterWord word) {
    words.accept(to, word);
  }

  @Override
  public void send(Piece piece, Part part) {
    piecesWereSent = true;
    Parcel parcel = new Parcel(part, new ReplayErrand(piece), EpochOrder.NONE, bytesHeld);
    rerouter.add(parcel, EpochOrder.NONE, nanoTime.getAsLong(), ResendReason.REPLAY);
  }

  @Override
  public long oldestSeq() {
    return oldestSeq;
  }

  /** How much may be on its way, so that it finds room in the log. Threads: any. */
  long roomBytes() {
    return roomBytes;
  }

  /** Whether no sampler's loss would cost anything. Threads: any. */
  boolean isSettled() {
    return settledAt == posted.get();
  }

  /** Spans in the log, as of the last batch. Threads: any. */
  long spanCount() {
    return spanCount;
  }

  /** Keeps no more. Threads: the control loop. */
  void onStop() {
    stopped = true;
    releaseAll();
  }
}
