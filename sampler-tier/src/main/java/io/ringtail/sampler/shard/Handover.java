package io.ringtail.sampler.shard;

import io.netty.buffer.ByteBuf;
import io.netty.util.collection.IntObjectMap;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.ring.SlotSet;
import io.ringtail.rules.Rule;
import io.ringtail.sampler.buffer.TraceTable;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import io.ringtail.sampler.settle.DecisionBatch;
import io.ringtail.trace.TraceHash;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives away what a shard holds of slots that are another's (protocol H1): decisions first, then
 * open traces, then exports that have not been answered for a while; what was lost in the oldest
 * epoch first.
 *
 * <p>State drives it: with each epoch a walk ({@link ForeignScan}) over all the shard holds fills a
 * share for each owner; from these come {@link Parcel}s of some 256 KiB, a bounded number of bytes
 * of them in flight to one owner. What is in a parcel stays where it is until the owner has
 * acknowledged it. A trace whose slot comes back in the meantime is no longer that parcel's, so the
 * acknowledgement does not delete it (H2). A parcel that is not taken, or not answered in time, is
 * sent again as it is while the epoch is the same; after that it is filled anew. So is what its
 * owner could not read or merge; after some attempts a trace that nobody can is dropped, counted.
 *
 * <p>Threads: the shard's. Longer than usual because every answer meets the same small state.
 */
final class Handover {
  private static final Logger log = LoggerFactory.getLogger(Handover.class);
  private static final int SHARD_BITS = 8;
  private static final int WALKED_PER_CYCLE = 2048;
  private static final int BYTES_PER_CYCLE = 2 * ParcelWriter.BATCH_BYTES;
  private static final long IN_FLIGHT_BYTES = 4 << 20;
  private static final int MAX_QUEUED_NOTICES = 1024;

  /** After a refusal, or when the link takes nothing and does not say that it does again. */
  private static final int PAUSE_MILLIS = 50;

  /** An export that is answered meanwhile is not sent twice to the backend. */
  private static final int EXPORT_PATIENCE_MILLIS = 1000;

  /** Between looks for what is not answered; before what is unfit is written anew. */
  private static final int LOOK_MILLIS = 1000;

  private final ShardStore store;
  private final Departures departures;
  private final Unanswered unanswered;
  private final ShardCounts counts;
  private final HandoverMetrics metrics;
  private final Peers peers;
  private final int shard;
  private final long inFlightBytes;
  private final ForeignScan scan;
  private final ParcelWriter writer;
  private final boolean handsOff;
  private final boolean keepsRegained;
  private final List<Loss> losses = new ArrayList<>();
  private final Map<Peer, Outgoing> outgoing = new LinkedHashMap<>();
  private final Map<Long, Parcel> sent = new HashMap<>();

  private final Map<Unanswered.Export, Object> carriedExports = new HashMap<>();
  private final Misfits misfits = new Misfits();
  private SlotView view = SlotView.NONE;
  private int generation;
  private boolean rescan;
  private boolean rescanLater;
  private int rescanMillis;
  private int lookedMillis;
  private boolean gaveUpBefore;
  private long sequence;
  private int exportsLookedAtMillis;
  private Foreign foreign = Foreign.NONE;

  /** Since something was lost while there was nothing foreign. */
  private int begunMillis;

  private long tracesOut;
  private long bytesOut;

  Handover(
      int shard,
      ShardStore store,
      DecisionCaches caches,
      PolicyNames policies,
      Departures departures,
      Unanswered unanswered,
      ShardCounts counts,
      ShardContext context) {
    this.shard = shard;
    this.store = store;
    this.departures = departures;
    this.unanswered = unanswered;
    this.counts = counts;
    this.metrics = context.handover();
    this.peers = context.peers();
    this.inFlightBytes =
        Math.max(ParcelWriter.BATCH_BYTES, IN_FLIGHT_BYTES / context.config().shards());
    this.handsOff = context.rules().inForce(Rule.H1);
    this.keepsRegained = context.rules().inForce(Rule.H2);
    this.scan = new ForeignScan(store, caches, policies, context.routers());
    this.writer = new ParcelWriter(store, policies, context.routers(), context.allocator());
  }

  /** The shard that sent a transfer. */
  static int shardOf(long transferId) {
    return (int) (transferId & ((1 << SHARD_BITS) - 1));
  }

  /** Traces of others' slots were taken from another sampler, where that is not refused (H7). */
  void passOn(int nowMillis) {
    if (handsOff) {
      SlotSet others = SlotSet.ALL.without(view.own());
      Loss loss = new Loss(view.order(), others, SlotSet.NONE, nowMillis);
      loss.decisionsTaken = true;
      losses.add(loss);
      rescan = true;
    }
  }

  /** How far it is. */
  Foreign foreign() {
    return foreign;
  }

  /** Whether there is nothing to do but to wait for answers, or nothing at all. */
  boolean isIdle() {
    return losses.isEmpty() && sent.isEmpty();
  }

  /** Whose the slots are from here on; to be called when the shard has taken back its decisions. */
  void slots(SlotView next, int nowMillis) {
    SlotView before = view;
    view = next;
    if (next.order().equals(before.order())) {
      return;
    }
    if (!handsOff) {
      foreign = new Foreign(next.order(), null);
      return;
    }
    if (!before.order().equals(EpochOrder.NONE)) {
      moved(before, nowMillis);
    }
    forgetRegained();
    misfits.clear();
    beginWalk(nowMillis);
    publish(nowMillis);
  }

  private void moved(SlotView before, int nowMillis) {
    SlotSet own = view.own();
    for (Loss loss : losses) {
      loss.own = loss.own.without(own);
      loss.moved = loss.moved.without(own);
      loss.awaitsView = false;
    }
    losses.removeIf(loss -> loss.moved.isEmpty());
    SlotSet moved = movedSince(before).without(own);
    if (!moved.isEmpty()) {
      if (losses.isEmpty()) {
        begunMillis = nowMillis;
      }
      SlotSet lost = moved.and(before.own());
      losses.add(new Loss(view.order(), lost, moved, nowMillis));
    }
  }

  /** Slots that had another owner, or none. */
  private SlotSet movedSince(SlotView before) {
    SlotSet moved =
        before.owners().isEmpty() && !view.owners().isEmpty() ? SlotSet.ALL : SlotSet.NONE;
    for (int i = 0; i < before.owners().size(); i++) {
      int now = view.owners().indexOf(before.owners().get(i));
      moved = moved.or(before.table().slotsOf(i).without(view.table().slotsOf(now)));
    }
    return moved;
  }

  /** What is on its way of slots that are this shard's again stays (H2). */
  private void forgetRegained() {
    List<Integer> back = new ArrayList<>();
    for (IntObjectMap.PrimitiveEntry<Object> entry : store.carried.entries()) {
      boolean open = TraceState.isOpen(store.traces.state(entry.key()));
      if (view.owns(slot(entry.key())) && (keepsRegained || !open)) {
        back.add(entry.key());
      }
    }
    for (int trace : back) {
      store.carried.remove(trace);
      if (!TraceState.isOpen(store.traces.state(trace))) {
        departures.putBack(trace);
      }
    }
    carriedExports.keySet().removeIf(export -> view.owns(slot(export)));
  }

  /** Begins to look through everything; what was queued or not sent is filled anew. */
  private void beginWalk(int nowMillis) {
    rescan = false;
    rescanLater = false;
    for (Outgoing to : outgoing.values()) {
      to.unsent.forEach(this::discard);
      to.unsent.clear();
      to.onView();
    }
    outgoing.values().removeIf(to -> to.inFlightBytes == 0);
    for (Loss loss : losses) {
      loss.decisionsTaken &= loss.noDecisionsToSend();
      for (Share share : loss.shares.values()) {
        while (!share.waiting.isEmpty()) {
          departures.putBack(share.waiting.take());
        }
        share.release();
      }
      loss.shares.clear();
      loss.decisionBatches = 0;
      loss.decisionsUnfit = false;
      loss.ownerless = false;
    }
    carriedExports.values().removeIf(Share.class::isInstance);
    exportsLookedAtMillis = nowMillis;
    generation = scan.begin(view, losses);
  }

  /** What is in a parcel goes into none, and later into another one. */
  private void discard(Parcel parcel) {
    unload(parcel, entry -> false);
    release(parcel);
    parcel.loss.batches--;
    parcel.loss.decisionsTaken &= parcel.decisions == 0;
  }

  private static void release(Parcel parcel) {
    ByteBuf bytes = parcel.bytes;
    if (bytes != null) {
      bytes.release();
      parcel.bytes = null;
    }
  }

  /**
   * Walks a little, sends a little.
   *
   * @return work done
   */
  int doWork(int nowMillis) {
    sendUnansweredAgain(nowMillis);
    if (losses.isEmpty()) {
      return 0;
    }
    if (store.queuedEnded) {
      losses.forEach(loss -> loss.decisionsTaken = false);
      rescan = true;
    }
    if (rescan || (rescanLater && nowMillis - rescanMillis >= 0)) {
      beginWalk(nowMillis);
    }
    int work =
        queuedTooMuch() ? 0 : scan.walk(WALKED_PER_CYCLE, store.carried::containsKey, nowMillis);
    work += send(nowMillis);
    if (scan.isDone() && nowMillis - exportsLookedAtMillis >= 0) {
      exportsLookedAtMillis = nowMillis + PAUSE_MILLIS;
      queueExports(nowMillis);
    }
    work += finish(nowMillis);
    return work;
  }

  /** Encoded decisions are not heaped up for an owner who takes nothing. */
  private boolean queuedTooMuch() {
    if (scan.hasAllDecisions()) {
      return false;
    }
    long notices = 0;
    for (Loss loss : losses) {
      for (Share share : loss.shares.values()) {
        notices += share.decisions.size();
      }
    }
    return notices > MAX_QUEUED_NOTICES;
  }

  private int send(int nowMillis) {
    int bytes = 0;
    for (Outgoing to : outgoing.values()) {
      bytes += send(to, nowMillis);
    }
    losses.forEach(loss -> loss.shares.values().forEach(writer::encodeSettled));
    for (Loss loss : losses) {
      for (Share share : loss.shares.values()) {
        bytes += send(loss, share, BYTES_PER_CYCLE - bytes, nowMillis);
      }
    }
    return (bytes + 1023) >> 10;
  }

  private int send(Loss loss, Share share, int limit, int nowMillis) {
    int bytes = 0;
    Outgoing to = outgoing.computeIfAbsent(share.owner, Outgoing::new);
    while (bytes < limit
        && !share.isEmpty()
        && to.unsent.isEmpty()
        && to.inFlightBytes < inFlightBytes
        && !to.isPaused(nowMillis)) {
      fill(loss, share, to, nowMillis);
      bytes += send(to, nowMillis);
    }
    return bytes;
  }

  private int send(Outgoing to, int nowMillis) {
    int bytes = 0;
    while (!to.unsent.isEmpty() && !to.isPaused(nowMillis)) {
      Parcel parcel = to.unsent.getFirst();
      if (to.inFlightBytes > 0 && to.inFlightBytes + parcel.size > inFlightBytes) {
        break;
      }
      if (!send(parcel, nowMillis)) {
        to.pause(nowMillis + PAUSE_MILLIS);
        break;
      }
      to.unsent.removeFirst();
      to.inFlightBytes += parcel.size;
      metrics.inFlight(parcel.size);
      bytes += parcel.size;
    }
    return bytes;
  }

  private boolean send(Parcel parcel, int nowMillis) {
    ByteBuf bytes = parcel.bytes;
    if (bytes == null) {
      throw new AssertionError("parcel " + parcel.id + " was answered");
    }
    parcel.sentMillis = nowMillis;
    sent.put(parcel.id, parcel);
    if (peers.send(
        parcel.to, new PeerWord.Transfer(parcel.id, view.order(), bytes.retainedDuplicate()))) {
      return true;
    }
    sent.remove(parcel.id);
    return false;
  }

  /** Makes a parcel, or as many as the last trace in it needs. */
  private void fill(Loss loss, Share share, Outgoing to, int nowMillis) {
    Filling filling = new Filling(loss, to);
    while (!share.decisions.isEmpty() && !writer.isFull()) {
      ByteBuf decisions = share.decisions.removeFirst();
      writer.decisions(decisions);
      decisions.release();
      filling.parcel.decisions++;
    }
    while (!share.traces.isEmpty() && filling.goesOn()) {
      int trace = share.traces.peek();
      if (scan.isQueued(trace)) {
        if (wouldBeFull(trace)) {
          break;
        }
        filling.trace(trace, Departures.NO_POLICY, nowMillis);
      }
      share.traces.take();
    }
    while (!share.waiting.isEmpty() && filling.goesOn() && !wouldBeFull(share.waiting.peek())) {
      int trace = share.waiting.take();
      filling.trace(trace, store.traces.policy(trace), nowMillis);
    }
    while (!share.exports.isEmpty() && filling.goesOn()) {
      Unanswered.Export export = share.exports.getFirst();
      if (unanswered.contains(export)) {
        if (writer.wouldBeFull(
            export.trace().resourceSpans().readableBytes(), export.trace().spanCount())) {
          break;
        }
        filling.export(export);
      } else {
        carriedExports.remove(export);
      }
      share.exports.removeFirst();
    }
    filling.close();
  }

  private boolean wouldBeFull(int trace) {
    return writer.wouldBeFull(store.traces.spanBytes(trace), store.traces.spanCount(trace));
  }

  /** A parcel being filled, and those before it that hold pieces of the same trace. */
  private final class Filling {
    private final Loss loss;
    private final Outgoing to;
    private Parcel parcel;
    private Parcel.@Nullable Pieces pieces;

    Filling(Loss loss, Outgoing to) {
      this.loss = loss;
      this.to = to;
      this.parcel = new Parcel(to.peer, loss, generation);
    }

    /** Nothing is added behind a piece. */
    boolean goesOn() {
      return pieces == null && !writer.isFull();
    }

    void trace(int trace, int policy, int nowMillis) {
      writer.trace(trace, policy, nowMillis, () -> cut(trace, null));
      if (pieces == null) {
        parcel.add(trace);
        parcel.spans += store.traces.spanCount(trace);
        store.carried.put(trace, parcel);
      } else {
        store.carried.put(trace, pieces);
      }
    }

    void export(Unanswered.Export export) {
      writer.export(export, () -> cut(TraceTable.NONE, export));
      if (pieces == null) {
        parcel.exports.add(export);
        carriedExports.put(export, parcel);
      } else {
        carriedExports.put(export, pieces);
      }
    }

    private void cut(int trace, Unanswered.@Nullable Export export) {
      if (pieces == null) {
        pieces = new Parcel.Pieces(trace, export);
      }
      finish();
      parcel = new Parcel(to.peer, loss, generation);
    }

    private void finish() {
      if (pieces != null) {
        parcel.pieces = pieces;
        pieces.left++;
      }
      parcel.id = ++sequence << SHARD_BITS | shard;
      parcel.bytes = writer.take();
      parcel.size = parcel.bytes.readableBytes();
      loss.batches++;
      loss.decisionBatches += parcel.decisions > 0 ? 1 : 0;
      to.unsent.add(parcel);
    }

    void close() {
      if (!writer.isEmpty()) {
        finish();
      }
    }
  }

  /** A trace is settled: if it is another's, that one is to know (protocol D3). */
  void settled(DecisionBatch batch, int place) {
    int slot = TraceHash.slot(batch.hi(place), batch.lo(place));
    Peer owner = view.owns(slot) ? null : view.owner(slot);
    for (int i = 0; owner != null && i < losses.size(); i++) {
      if (losses.get(i).own.contains(slot)) {
        writer.settled(losses.get(i).share(owner), batch, place);
        return;
      }
    }
  }

  /**
   * Looks for exports of slots that went long enough ago, and for kept traces the export queue has
   * had no room for.
   */
  private void queueExports(int nowMillis) {
    for (Loss loss : losses) {
      loss.exports = 0;
    }
    for (Unanswered.Export export : unanswered.all()) {
      int slot = slot(export);
      Share share = exportShare(slot, nowMillis);
      if (share != null && !carriedExports.containsKey(export) && !misfits.isGivenUp(export)) {
        share.exports.add(export);
        carriedExports.put(export, share);
      }
    }
    int next;
    for (int trace = departures.waiting().first(); trace != TraceTable.NONE; trace = next) {
      next = departures.waiting().next(trace);
      Share share = exportShare(slot(trace), nowMillis);
      if (share != null && !misfits.isGivenUp(key(trace))) {
        departures.leave(trace);
        share.waiting.add(trace);
      }
    }
  }

  /** Counts what is another's; its share, once it is time. */
  private @Nullable Share exportShare(int slot, int nowMillis) {
    if (view.owns(slot)) {
      return null;
    }
    Peer owner = view.owner(slot);
    for (int i = 0; i < losses.size(); i++) {
      Loss loss = losses.get(i);
      if (loss.own.contains(slot)) {
        loss.exports++;
        boolean due = nowMillis - loss.sinceMillis >= EXPORT_PATIENCE_MILLIS;
        return owner != null && due ? loss.share(owner) : null;
      }
    }
    return null;
  }

  /** Ends losses of which nothing is left. */
  private int finish(int nowMillis) {
    if (!scan.hasAllDecisions()) {
      return 0;
    }
    for (Loss loss : losses) {
      boolean told = loss.decisionBatches == 0 && loss.noDecisionsToSend();
      loss.decisionsTaken |= told && !loss.awaitsView && !loss.decisionsUnfit;
    }
    if (!scan.isDone()
        || rescan
        || rescanLater
        || store.queuedEnded
        || !losses.removeIf(this::isOver)) {
      return 0;
    }
    publish(nowMillis);
    return 1;
  }

  private boolean isOver(Loss loss) {
    return loss.exports == 0
        && loss.batches == 0
        && loss.nothingToSend()
        && !loss.awaitsView
        && !loss.ownerless;
  }

  private void publish(int nowMillis) {
    EpochOrder oldest = losses.isEmpty() ? null : losses.get(0).order;
    foreign = new Foreign(view.order(), oldest);
    if (losses.isEmpty() && tracesOut + bytesOut > 0) {
      log.info(
          "event=handed-off shard={} epoch={} traces={} bytes={} millis={}",
          shard,
          view.order(),
          tracesOut,
          bytesOut,
          nowMillis - begunMillis);
      tracesOut = 0;
      bytesOut = 0;
    }
  }

  /** An owner has answered a transfer. */
  void onAnswer(PeerAnswer answer, int nowMillis) {
    if (answer instanceof PeerAnswer.TransferTaken taken) {
      onTaken(answered(taken.id()));
    } else if (answer instanceof PeerAnswer.TransferNotOwner notOwner) {
      onNotOwner(answered(notOwner.id()), notOwner.epoch(), nowMillis);
    } else if (answer instanceof PeerAnswer.TransferFull full) {
      metrics.full.inc();
      onFull(answered(full.id()), nowMillis);
    } else if (answer instanceof PeerAnswer.TransferUnfit unfit) {
      onUnfit(answered(unfit.id()), Set.copyOf(unfit.entries()), nowMillis);
    } else {
      throw new AssertionError(answer);
    }
  }

  private @Nullable Parcel answered(long id) {
    Parcel parcel = sent.remove(id);
    if (parcel != null) {
      noLongerInFlight(parcel);
    }
    return parcel;
  }

  private void noLongerInFlight(Parcel parcel) {
    Outgoing to = outgoing.get(parcel.to);
    if (to != null) {
      to.inFlightBytes -= parcel.size;
    }
    metrics.inFlight(-parcel.size);
  }

  private void onTaken(@Nullable Parcel parcel) {
    if (parcel == null) {
      return;
    }
    unload(parcel, entry -> true);
    end(parcel);
    Outgoing to = outgoing.get(parcel.to);
    if (to != null) {
      to.taken();
    }
    metrics.batchesOut.inc();
    metrics.bytesOut.inc(parcel.size);
    metrics.decisionsOut.inc(parcel.decisions);
    bytesOut += parcel.size;
  }

  private void onFull(@Nullable Parcel parcel, int nowMillis) {
    if (parcel != null) {
      outgoing.computeIfAbsent(parcel.to, Outgoing::new).full(nowMillis);
      sendAgain(parcel);
    }
  }

  private void end(Parcel parcel) {
    release(parcel);
    parcel.loss.batches--;
    if (parcel.decisions > 0 && parcel.generation == generation) {
      parcel.loss.decisionBatches--;
    }
  }

  /** Some entries, all if none is named, could not be read or merged; the others were taken. */
  private void onUnfit(@Nullable Parcel parcel, Set<Integer> entries, int nowMillis) {
    if (parcel == null) {
      return;
    }
    metrics.unfit.inc();
    IntPredicate taken = entry -> !entries.isEmpty() && !entries.contains(entry);
    List<Integer> sentBack = sentBack(parcel, taken);
    unload(parcel, taken);
    end(parcel);
    sentBack.forEach(trace -> misfit(trace, parcel, nowMillis));
    for (int i = 0; i < parcel.exports.size(); i++) {
      if (!taken.test(parcel.decisions + parcel.traceCount + i)) {
        var unused = misfits.again(parcel.exports.get(i), nowMillis);
      }
    }
    boolean decisions = !IntStream.range(0, parcel.decisions).allMatch(taken);
    if (decisions && parcel.generation == generation && !misfits.again(parcel.loss, nowMillis)) {
      metrics.decisionsGivenUp.inc();
      gaveUp("decisions", parcel, "decisions=" + parcel.decisions);
    } else {
      parcel.loss.decisionsUnfit |= decisions;
    }
    rescanLater = true;
    rescanMillis = nowMillis + LOOK_MILLIS;
  }

  /** Traces of which an entry was not taken and that still count on this parcel. */
  private List<Integer> sentBack(Parcel parcel, IntPredicate taken) {
    List<Integer> traces = new ArrayList<>();
    for (int i = 0; i < parcel.traceCount; i++) {
      if (!taken.test(parcel.decisions + i) && store.carried.get(parcel.traces[i]) == parcel) {
        traces.add(parcel.traces[i]);
      }
    }
    Parcel.Pieces pieces = parcel.pieces;
    if (pieces != null
        && !taken.test(parcel.piecesEntry())
        && store.carried.get(pieces.trace) == pieces) {
      traces.add(pieces.trace);
    }
    return traces;
  }

  /**
   * No owner could take it so far. Kept traces, once given up, are left to the export queue here;
   * an open one that nobody will ever decide goes.
   */
  private void misfit(int trace, Parcel parcel, int nowMillis) {
    Misfits.Trace key = key(trace);
    if (misfits.again(key, nowMillis) || !TraceState.isOpen(store.traces.state(trace))) {
      return;
    }
    gaveUp(
        String.format("%016x%016x", key.hi(), key.lo()),
        parcel,
        "spans=" + store.traces.spanCount(trace));
    store.takeOpen(trace);
    departures.drop(trace, DropReason.UNFIT);
  }

  private void gaveUp(String what, Parcel parcel, String size) {
    if (!gaveUpBefore) {
      gaveUpBefore = true;
      log.error(
          "event=handoff-given-up what={} {} owner={} epoch={}: it cannot read or merge it; further"
              + " ones are only counted",
          what,
          size,
          parcel.to,
          view.order());
    }
  }

  private Misfits.Trace key(int trace) {
    return new Misfits.Trace(
        store.traces.context(trace), store.traces.traceIdHi(trace), store.traces.traceIdLo(trace));
  }

  /** A lost word, or a bug at the other end, must not stop the handoff: a repeat does no harm. */
  private void sendUnansweredAgain(int nowMillis) {
    if (sent.isEmpty()) {
      lookedMillis = nowMillis; // or after 24 days of nothing it would seem to be in the future
      return;
    }
    if (nowMillis - lookedMillis < LOOK_MILLIS) {
      return;
    }
    lookedMillis = nowMillis;
    List<Parcel> overdue = new ArrayList<>();
    sent.values().stream().filter(parcel -> parcel.isOverdue(nowMillis)).forEach(overdue::add);
    overdue.sort(Comparator.comparingLong(parcel -> parcel.id));
    for (Parcel parcel : overdue) {
      sent.remove(parcel.id);
      noLongerInFlight(parcel);
      parcel.wasOverdue();
      metrics.unanswered.inc();
      sendAgain(parcel, nowMillis);
    }
  }

  /** The receiver's newest epoch gives a slot of it to another (H7). */
  private void onNotOwner(@Nullable Parcel parcel, EpochOrder epoch, int nowMillis) {
    if (parcel == null) {
      return;
    }
    metrics.notOwner.inc();
    if (parcel.generation == generation && view.order().compareTo(epoch) >= 0) {
      sendAgain(parcel, nowMillis + PAUSE_MILLIS);
      return;
    }
    boolean known = view.order().compareTo(epoch) >= 0;
    Outgoing to = outgoing.get(parcel.to);
    if (!known && to != null) {
      to.awaitView();
    }
    parcel.loss.awaitsView |= !known;
    rescan |= known;
    discard(parcel);
  }

  private void sendAgain(Parcel parcel, int notBeforeMillis) {
    sendAgain(parcel);
    Outgoing to = outgoing.get(parcel.to);
    if (to != null) {
      to.pause(notBeforeMillis);
    }
  }

  /** As it is, if whose the slots are has not changed since it was filled. */
  private void sendAgain(Parcel parcel) {
    if (parcel.generation == generation) {
      outgoing.computeIfAbsent(parcel.to, Outgoing::new).unsent.addLast(parcel);
    } else {
      rescan = true;
      discard(parcel);
    }
  }

  /** The link to an owner broke: what was not answered was taken or not. */
  void onDown(Peer peer, int nowMillis) {
    List<Parcel> unanswered = new ArrayList<>();
    sent.values().stream().filter(parcel -> parcel.to.equals(peer)).forEach(unanswered::add);
    unanswered.sort(Comparator.comparingLong(parcel -> parcel.id));
    for (Parcel parcel : unanswered) {
      sent.remove(parcel.id);
      noLongerInFlight(parcel);
      metrics.down.inc();
      sendAgain(parcel, nowMillis + PAUSE_MILLIS);
    }
  }

  /** An owner can be sent to again. */
  void onWritable(Peer peer) {
    Outgoing to = outgoing.get(peer);
    if (to != null) {
      to.goOn();
    }
  }

  /**
   * What is in a parcel is in none any more.
   *
   * @param taken whether the owner has an entry, by its place: then it is forgotten here, but for
   *     what is this shard's again (H2)
   */
  private void unload(Parcel parcel, IntPredicate taken) {
    int entry = parcel.decisions;
    for (int i = 0; i < parcel.traceCount; i++) {
      unloadTrace(parcel.traces[i], parcel, taken.test(entry++));
    }
    for (Unanswered.Export export : parcel.exports) {
      unloadExport(export, parcel, taken.test(entry++));
    }
    Parcel.Pieces pieces = parcel.pieces;
    if (pieces == null) {
      return;
    }
    pieces.left--;
    pieces.lost |= !taken.test(parcel.piecesEntry());
    if (pieces.left == 0 || pieces.lost) {
      Unanswered.Export export = pieces.export;
      if (export == null) {
        unloadTrace(pieces.trace, pieces, !pieces.lost);
      } else {
        unloadExport(export, pieces, !pieces.lost);
      }
    }
  }

  private void unloadTrace(int trace, Object carrier, boolean taken) {
    if (store.carried.get(trace) != carrier) {
      return;
    }
    store.carried.remove(trace);
    boolean open = TraceState.isOpen(store.traces.state(trace));
    if (!keepsRegained && !open && view.owns(slot(trace))) {
      return; // decided since it is this shard's again
    }
    if (taken) {
      handedOut(trace, open);
    } else if (open) {
      store.traces.policy(trace, 0);
    } else {
      departures.putBack(trace);
    }
  }

  private void handedOut(int trace, boolean open) {
    if (open) {
      store.traces.policy(trace, 0);
      store.takeOpen(trace);
      metrics.tracesOut.inc();
      tracesOut++;
    } else {
      departures.handedOff(trace);
      metrics.exportsOut.inc();
    }
    counts.handedOut(store.traces.spanCount(trace));
    store.notes.release(store.traces.window(trace));
    store.free(trace);
  }

  private void unloadExport(Unanswered.Export export, Object carrier, boolean taken) {
    if (carriedExports.get(export) != carrier) {
      return;
    }
    carriedExports.remove(export);
    if (taken && departures.handedOff(export)) {
      metrics.exportsOut.inc();
    }
  }

  /** Nothing is sent any more. */
  void close() {
    sent.values().forEach(parcel -> metrics.inFlight(-parcel.size));
    sent.values().forEach(Handover::release);
    sent.clear();
    for (Outgoing to : outgoing.values()) {
      to.unsent.forEach(Handover::release);
    }
    losses.forEach(loss -> loss.shares.values().forEach(Share::release));
    losses.clear();
    outgoing.clear();
    store.carried.clear();
    carriedExports.clear();
    writer.close();
  }

  private int slot(int trace) {
    return TraceHash.slot(store.traces.traceIdHi(trace), store.traces.traceIdLo(trace));
  }

  private static int slot(Unanswered.Export export) {
    return TraceHash.slot(export.trace().traceIdHi(), export.trace().traceIdLo());
  }
}
