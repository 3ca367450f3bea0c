package io.ringtail.router.retain;

import io.netty.buffer.ByteBufAllocator;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Mark;
import io.ringtail.link.RouterWord;
import io.ringtail.link.SamplerWord;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.metrics.Metrics;
import io.ringtail.ring.SlotSet;
import io.ringtail.router.route.RoutingTable;
import io.ringtail.router.split.Part;
import io.ringtail.router.split.PartCutter;
import io.ringtail.rules.Rules;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The router's log: parts their samplers have accepted, until all samplers need nothing more of
 * them, so that spans survive their owner (protocol sections 4 and 7). Pure: told what happened and
 * what time it is; what is to be done comes out through {@link Effects}. {@link #work} trims and
 * replays; it is called after each batch of events and each 100 ms.
 *
 * <p>Whether a client was told of a part makes no difference while there is room: parts of a
 * request that failed stay as long as others. So every part that a client was told of is there, and
 * an acceptance costs one copy. Under pressure they go: while one owner takes nothing, clients send
 * what has parts for it again and again, and all others accept their parts each time.
 *
 * <p>Order of events: those of one link in the order they came; an epoch when the links to all whom
 * it no longer names have ended, so that no acceptance by a lost sampler follows it.
 *
 * <p>Threads: one. Buffers: an accepted part is consumed; pieces are given away. Memory: {@link
 * RetentionConfig#maxBytes}, and pieces on their way.
 */
public final class RetentionLog {
  private static final int LOOK_BYTES_A_TURN = 512 << 10;
  static final int LOOK_PARTS_A_TICK = 8192;
  private static final long TICK_NANOS = 100_000_000;

  /** What the log wants done. Called within its methods, on its thread. */
  public interface Effects {
    /** Says a word on the link to a sampler; lost if that is down: it will ask again. */
    void say(SamplerKey to, RouterWord word);

    /**
     * Sends spans to their owners by the newest table, again and again until accepted.
     *
     * @param part consumed
     */
    void send(Piece piece, Part part);
  }

  private final RetentionConfig config;
  private final RetentionMetrics metrics;
  private final Floor floor;
  private final Replays replays;
  private final Effects effects;
  private final PartStore store;
  private final LogRate rate = new LogRate();
  private final Moves moves = new Moves();
  private long tickedNanos;
  private long relievedTo;
  private @Nullable RoutingTable table;

  /**
   * @param allocator of the heap buffers of pieces
   */
  public RetentionLog(
      RetentionConfig config,
      Metrics metrics,
      ByteBufAllocator allocator,
      Effects effects,
      Rules rules) {
    this(config, metrics, allocator, RetentionLog::fromJvm, effects, rules);
  }

  /** The JVM is not asked for what it is known not to have: that would stop all threads. */
  private static ByteBuffer fromJvm(int bytes) {
    if (!MemoryLimits.hasDirect(bytes)) {
      throw new OutOfMemoryError(
          bytes + " bytes outside the heap, of which " + MemoryLimits.directInUse() + " are taken");
    }
    return ByteBuffer.allocateDirect(bytes);
  }

  /**
   * @param memory gives so many bytes outside the heap, or throws {@link OutOfMemoryError}
   */
  RetentionLog(
      RetentionConfig config,
      Metrics metrics,
      ByteBufAllocator allocator,
      IntFunction<ByteBuffer> memory,
      Effects effects,
      Rules rules) {
    this.config = config;
    this.floor = new Floor(rules);
    this.metrics = new RetentionMetrics(metrics, config);
    this.metrics.limitBytes = config.maxBytes();
    this.effects = effects;
    this.store =
        new PartStore(
            config, this.metrics, memory, new PartCutter(allocator), this::letGoOfFirstSeq);
    this.replays = new Replays(this.metrics, store, allocator, effects, config.replayBytes());
  }

  /**
   * A sampler has accepted a part.
   *
   * @param part consumed
   * @param seq of the sending that was accepted
   * @param epoch of the table it was split by
   * @param sentFor a request, or the piece of a replay that it is a part of
   */
  public void accepted(
      Part part, long seq, EpochOrder epoch, SamplerKey receiver, SentFor sentFor, long nowNanos) {
    try {
      if (config.isOn()) {
        floor.accepted(receiver, seq);
        log(part, seq, epoch, receiver, sentFor, nowNanos);
      }
    } finally {
      part.release();
    }
    Piece piece = sentFor.piece();
    if (piece != null) {
      replays.accepted(piece);
    }
  }

  private void log(
      Part part, long seq, EpochOrder epoch, SamplerKey receiver, SentFor sentFor, long nowNanos) {
    LoggedPart logged = store.add(part, seq, epoch, receiver, sentFor, nowNanos);
    if (logged == null) {
      return;
    }
    rate.add(logged.ownBytes());
    if (sentFor.piece() != null) {
      replays.keepFirstSeq(logged.firstSeq());
    }
  }

  private void letGoOfFirstSeq(long seq) {
    replays.letGoOfFirstSeq(seq);
  }

  /**
   * Whether a sampler that was lost may have what nobody else has: so also while nobody has asked
   * for what it was handed, which others received, and when the log has given up what that one had
   * not settled, or keeps nothing.
   */
  private boolean has(SamplerKey receiver) {
    return !config.isOn()
        || store.has(receiver)
        || floor.keepsFor(receiver)
        || store.forgottenUpTo(receiver) > floor.lastMark(receiver);
  }

  /** An accepted part could not be logged: it counts as given up, and no question waits for it. */
  public void failed(SamplerKey receiver, long seq, int spans, @Nullable Piece piece) {
    store.forget(receiver, seq, spans);
    if (piece != null) {
      replays.accepted(piece);
    }
  }

  /** A replayed part that no owner will ever take: its questions do not wait for it. */
  public void rejected(Piece piece, int spans) {
    metrics.forgottenSpans.inc(spans);
    replays.accepted(piece);
  }

  /** A sampler's words and mark, in the order they stand in its frame. */
  public void heard(SamplerKey from, List<SamplerWord> words, @Nullable Mark mark) {
    for (SamplerWord word : words) {
      heard(from, word);
    }
    if (mark != null) {
      floor.marked(from, mark);
    }
  }

  private void heard(SamplerKey from, SamplerWord word) {
    if (word instanceof SamplerWord.Lowering lowering) {
      floor.lower(from, lowering.seq());
      effects.say(from, new RouterWord.Lowered(lowering.id()));
    } else if (word instanceof SamplerWord.Question question) {
      if (!floor.isLost(from) || isAhead(question.epoch())) {
        replays.asked(new Question(from, question.id(), question.slots(), question.epoch()));
      }
    } else if (word instanceof SamplerWord.NeedsNothing of) {
      SamplerKey gone = new SamplerKey(of.nodeId(), of.lost().bits());
      floor.needsNothing(from, new Floor.Named(gone, of.lost().order()), of.epoch());
    } else if (word instanceof SamplerWord.AskHas) {
      effects.say(from, new RouterWord.Has(has(from)));
    } else if (word instanceof SamplerWord.Empty) {
      floor.empty(from);
    } else {
      throw new AssertionError(word);
    }
  }

  /** Who asks by it may have been lost before; it is in use here as soon as links have ended. */
  private boolean isAhead(EpochOrder epoch) {
    RoutingTable now = table;
    return now != null && epoch.compareTo(now.order()) > 0;
  }

  /**
   * An epoch is in use, and the links to all it does not name have ended.
   *
   * @param inTurn false after a gap or a change of chain
   * @param namedAnew the epoch in which samplers have seen this router come, if it is not the one
   *     they knew before: owners have asked since, or will (R3)
   */
  public void onEpoch(
      RoutingTable newTable, boolean inTurn, @Nullable EpochOrder namedAnew, long nowNanos) {
    floor.onEpoch(newTable.epoch(), inTurn, namedAnew, nowNanos);
    moves.onTable(newTable, inTurn);
    table = newTable;
    replays.forget(
        q -> q.epoch().compareTo(newTable.order()) <= 0 && !floor.isNamed(q.asker()),
        asker -> !floor.isNamed(asker));
  }

  /**
   * Forgets what may be forgotten and goes on with replays.
   *
   * @param unansweredFrom no part below this seq is on its way
   * @return whether there is more to do at once
   */
  public boolean work(long nowNanos, long unansweredFrom) {
    if (nowNanos - tickedNanos >= TICK_NANOS) {
      tickedNanos = nowNanos;
      tick(nowNanos);
    }
    beginQuestions();
    trim(unansweredFrom);
    if (store.bytes() > store.capacity() && config.whenFull() == RetentionConfig.WhenFull.FORGET) {
      store.forgetWhatIsTooMuch();
    }
    boolean more = replays.goOn(store.parts(), LOOK_BYTES_A_TURN);
    answerQuestions();
    publish(nowNanos);
    return more;
  }

  private void beginQuestions() {
    RoutingTable now = table;
    if (now == null) {
      return;
    }
    for (Question q : replays.questions()) {
      if (!q.hasBegun() && q.epoch().compareTo(now.order()) <= 0) {
        q.begin(
            store.parts().isEmpty() ? 0 : store.parts().lastKey(),
            floor.isOutOfTurn() && isOfAllSlots(q, now));
        replays.begin(q);
        floor.asked(q.asker(), q.epoch());
      }
    }
  }

  /**
   * Whether it is for all that its asker owns. Who owns nothing asks for nothing to have asked
   * (R3): that says nothing of what it owned in epochs it has skipped, for which it asks by another
   * question (E3).
   */
  private static boolean isOfAllSlots(Question q, RoutingTable now) {
    int owner = -1;
    for (int i = 0; i < now.ownerCount(); i++) {
      owner = SamplerKey.of(now.owners().get(i)).equals(q.asker()) ? i : owner;
    }
    SlotSet all = owner < 0 ? SlotSet.ALL : now.slotsOf(owner);
    return all.without(q.slots()).isEmpty();
  }

  private void answerQuestions() {
    for (Question q : replays.takeAnswered()) {
      floor.answered(q.asker(), q.epoch(), q.isOfAllSlots());
    }
  }

  /** M5. */
  private void trim(long unansweredFrom) {
    if (isKnown()) {
      store.releaseUpTo(
          Math.min(floor.value(), Math.min(unansweredFrom, replays.pinnedFrom()) - 1));
    }
  }

  /**
   * Whether samplers know this router. While no epoch names it they need nothing of it, as they do
   * not know that it has anything; when one names it again they ask, and by then it is there (A6).
   */
  private boolean isKnown() {
    RoutingTable now = table;
    return now == null || now.namesRouter();
  }

  private void tick(long nowNanos) {
    if (isKnown()) {
      metrics.givenUp.inc(floor.onTick(nowNanos));
      if (store.bytes() > store.capacity() / 4 * 3) {
        relieve();
      }
    }
    rate.onTick(nowNanos);
  }

  /**
   * M7: parts whose senders were refused, so that nobody relies on them; and those that only
   * others' marks hold back, though these never had anything of them. Looks at some of the log at a
   * time, from where it stopped on.
   */
  private void relieve() {
    Predicate<LoggedPart> goes = part -> part.claim().hasEnded();
    if (table != null && !floor.isOutOfTurn()) {
      goes = goes.or(settledByItsOwner());
    }
    long pinnedFrom = replays.pinnedFrom();
    relievedTo =
        store.releaseIf(Math.min(relievedTo, pinnedFrom), pinnedFrom, LOOK_PARTS_A_TICK, goes);
  }

  private Predicate<LoggedPart> settledByItsOwner() {
    Map<SamplerKey, Long> marks = new HashMap<>();
    return part ->
        part.seq() <= marks.computeIfAbsent(part.receiver(), floor::ownMark)
            && !moves.since(part.epoch(), part.receiver());
  }

  private void publish(long nowNanos) {
    metrics.bytes = store.bytes();
    metrics.parts = store.parts().size();
    metrics.openQuestions = replays.questions().size();
    metrics.oldestSeconds =
        store.parts().isEmpty()
            ? 0
            : Math.max(0, nowNanos - store.parts().firstEntry().getValue().acceptedNanos()) / 1e9;
    metrics.limitBytes = store.capacity();
    metrics.coverSeconds = rate.secondsFor(store.capacity());
  }

  /**
   * Seq of the first acceptance of the oldest spans in the log or on their way in a replay (A5);
   * {@link Long#MAX_VALUE} if there are none.
   */
  public long oldestSeq() {
    long oldest = replays.oldestFirstSeq();
    return store.parts().isEmpty() ? oldest : Math.min(oldest, store.parts().firstKey());
  }

  /** Whether nothing is kept and nothing is being replayed. */
  public boolean isEmpty() {
    return store.parts().isEmpty() && replays.isIdle();
  }

  /** Spans that would be lost with their samplers if this router went now. Threads: its own. */
  public long spanCount() {
    return store.spanCount();
  }

  /** Whether clients are refused what it has no room for: the guarantee goes first (M9). */
  public boolean mayRefuse() {
    return config.isOn() && config.whenFull() == RetentionConfig.WhenFull.REFUSE;
  }

  /**
   * How much may be on its way, of requests and of replays, so that all finds room here; none if it
   * is not above 0.
   */
  public long roomBytes() {
    return mayRefuse() ? store.refusalBytes() - store.bytes() : Long.MAX_VALUE;
  }
}
