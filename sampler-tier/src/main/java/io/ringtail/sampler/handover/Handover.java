package io.ringtail.sampler.handover;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.ring.SlotSet;
import io.ringtail.rules.Rule;
import io.ringtail.sampler.account.HandoverMetrics;
import io.ringtail.sampler.account.PolicyNames;
import io.ringtail.sampler.account.ShardCounts;
import io.ringtail.sampler.depart.Departures;
import io.ringtail.sampler.depart.Unanswered;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.settle.DecisionBatch;
import io.ringtail.sampler.store.DecisionCaches;
import io.ringtail.sampler.store.ShardContext;
import io.ringtail.sampler.store.ShardStore;
import io.ringtail.sampler.store.SlotView;
import io.ringtail.sampler.store.TransferPace;
import io.ringtail.trace.TraceHash;
import java.util.ArrayList;
import java.util.List;
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
 * share for each owner; from these {@link ParcelFiller} makes {@link Parcel}s, which {@link
 * ParcelMail} takes to the owners while {@link Cargo} knows what is in them. What its owner could
 * not read or merge ({@link SentBack}) is filled anew; after some attempts a trace that nobody can
 * is dropped, counted. Threads: the shard's.
 */
public final class Handover {
  private static final Logger log = LoggerFactory.getLogger(Handover.class);
  private static final int WALKED_PER_CYCLE = 2048;
  private static final int BATCHES_PER_CYCLE = 2;
  private static final int MAX_QUEUED_NOTICES = 1024;

  /** Between looks for exports. */
  private static final int EXPORTS_MILLIS = 50;

  /** Before what is unfit is written anew. */
  private static final int UNFIT_MILLIS = 1000;

  private final ShardStore store;
  private final Departures departures;
  private final HandoverMetrics metrics;
  private final int shard;
  private final ForeignScan scan;
  private final ParcelWriter writer;
  private final Cargo cargo;
  private final ParcelFiller filler;
  private final ParcelMail mail;
  private final SentBack sentBack;
  private final ForeignExports exports;
  private final boolean handsOff;
  private final int bytesPerCycle;
  private final List<Loss> losses = new ArrayList<>();
  private SlotView view = SlotView.NONE;
  private boolean rescan;
  private boolean rescanLater;
  private int rescanMillis;
  private int exportsLookedAtMillis;
  private Foreign foreign = Foreign.NONE;

  /** Since something was lost while there was nothing foreign. */
  private int begunMillis;

  private long tracesOut;
  private long bytesOut;

  public Handover(
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
    this.metrics = context.handover();
    this.handsOff = context.rules().inForce(Rule.H1);
    this.scan = new ForeignScan(store, caches, policies, context.routers());
    TransferPace pace = context.config().pace();
    this.bytesPerCycle = BATCHES_PER_CYCLE * pace.batchBytes();
    this.writer =
        new ParcelWriter(
            store, policies, context.routers(), context.allocator(), pace.batchBytes());
    boolean keepsRegained = context.rules().inForce(Rule.H2);
    this.cargo = new Cargo(store, departures, counts, metrics, keepsRegained);
    this.filler = new ParcelFiller(shard, store, unanswered, scan, writer, cargo);
    long inFlightBytes = pace.inFlightBytes(context.config().shards());
    this.mail = new ParcelMail(context.peers(), metrics, inFlightBytes, this::discardStale);
    this.sentBack = new SentBack(store, departures, cargo, metrics);
    this.exports = new ForeignExports(store, departures, unanswered, cargo, sentBack);
  }

  /** The shard that sent a transfer. */
  public static int shardOf(long transferId) {
    return ParcelFiller.shardOf(transferId);
  }

  /** Traces of others' slots were taken from another sampler, where that is not refused (H7). */
  public void passOn(int nowMillis) {
    if (handsOff) {
      SlotSet others = SlotSet.ALL.without(view.own());
      Loss loss = new Loss(view.order(), others, SlotSet.NONE, nowMillis);
      loss.decisionsTaken = true;
      losses.add(loss);
      rescan = true;
    }
  }

  /** Traces that are others' and not acknowledged, as far as a walk has found them. */
  public int tracesToSend() {
    int traces = store.carried.size();
    for (Loss loss : losses) {
      for (Share share : loss.shares.values()) {
        traces += share.traces.size() + share.waiting.size();
      }
    }
    return traces;
  }

  /** How far it is. */
  public Foreign foreign() {
    return foreign;
  }

  /** Whether there is nothing to do but to wait for answers, or nothing at all. */
  public boolean isIdle() {
    return losses.isEmpty() && mail.isIdle();
  }

  /** Whose the slots are from here on; to be called when the shard has taken back its decisions. */
  public void slots(SlotView next, int nowMillis) {
    SlotView before = view;
    view = next;
    if (next.order().equals(before.order())) {
      rescan |= before.keepsOpen() && !next.keepsOpen();
      return;
    }
    if (!handsOff) {
      foreign = new Foreign(next.order(), null);
      return;
    }
    if (!before.order().equals(EpochOrder.NONE)) {
      moved(before, nowMillis);
    }
    cargo.slots(next);
    sentBack.slots(next.order());
    beginWalk(nowMillis);
    publish(nowMillis);
  }

  private void moved(SlotView before, int nowMillis) {
    SlotSet own = view.own();
    for (Loss loss : losses) {
      loss.beginWalk(departures::putBack); // nobody begins one for a loss that ends here
      loss.own = loss.own.without(own);
      loss.moved = loss.moved.without(own);
      loss.awaitsView = false;
    }
    losses.removeIf(loss -> loss.moved.isEmpty());
    SlotSet moved = leaves(before) ? SlotSet.ALL : view.movedSince(before).without(own);
    if (!moved.isEmpty()) {
      if (losses.isEmpty()) {
        begunMillis = nowMillis;
      }
      SlotSet lost = moved.and(before.own());
      losses.add(new Loss(view.order(), lost, moved, nowMillis));
    }
  }

  /**
   * Whether nothing is this shard's any more. Then what is known here as heir goes to the owners,
   * too (protocol D4): one of them may be dead and not lost yet, and nobody else know of it when
   * this sampler has left.
   */
  private boolean leaves(SlotView before) {
    return before.self() >= 0 && view.self() < 0;
  }

  /** Begins to look through everything; what was queued or not sent is filled anew. */
  private void beginWalk(int nowMillis) {
    rescanLater = false;
    mail.begin(view.order());
    rescan = false; // what was stale is walked over now
    losses.forEach(loss -> loss.beginWalk(departures::putBack));
    cargo.emptyShares();
    exportsLookedAtMillis = nowMillis;
    int generation = scan.begin(view, losses);
    mail.generation(generation);
    filler.generation(generation);
  }

  private void discardStale(Parcel parcel) {
    rescan = true;
    discard(parcel);
  }

  /** What is in a parcel goes into none, and later into another one. */
  private void discard(Parcel parcel) {
    cargo.unload(parcel, entry -> false);
    ParcelMail.release(parcel);
    parcel.loss.batches--;
    parcel.loss.decisionsTaken &= parcel.decisions == 0;
  }

  /**
   * Walks a little, sends a little.
   *
   * @return work done
   */
  public int doWork(int nowMillis) {
    mail.sendUnansweredAgain(nowMillis);
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
    int work = queuedTooMuch() ? 0 : scan.walk(WALKED_PER_CYCLE, cargo::carries, nowMillis);
    work += send(nowMillis);
    if (scan.isDone() && nowMillis - exportsLookedAtMillis >= 0) {
      exportsLookedAtMillis = nowMillis + EXPORTS_MILLIS;
      exports.queue(losses, view, nowMillis);
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
    for (Outgoing to : mail.all()) {
      bytes += mail.send(to, nowMillis);
    }
    losses.forEach(loss -> loss.shares.values().forEach(writer::encodeSettled));
    for (Loss loss : losses) {
      for (Share share : loss.shares.values()) {
        bytes += send(loss, share, bytesPerCycle - bytes, nowMillis);
      }
    }
    return (bytes + 1023) >> 10;
  }

  private int send(Loss loss, Share share, int limit, int nowMillis) {
    int bytes = 0;
    Outgoing to = mail.to(share.owner);
    while (bytes < limit && !share.isEmpty() && mail.hasRoom(to, nowMillis)) {
      filler.fill(loss, share, to, nowMillis);
      bytes += mail.send(to, nowMillis);
    }
    return bytes;
  }

  /** A trace is settled: if it is another's, that one is to know (protocol D3). */
  public void settled(DecisionBatch batch, int place) {
    int slot = TraceHash.slot(batch.hi(place), batch.lo(place));
    Peer owner = view.owns(slot) ? null : view.owner(slot);
    for (int i = 0; owner != null && i < losses.size(); i++) {
      if (losses.get(i).own.contains(slot)) {
        writer.settled(losses.get(i).share(owner), batch, place);
        return;
      }
    }
  }

  /** Ends losses of which nothing is left. */
  private int finish(int nowMillis) {
    if (!scan.hasAllDecisions()) {
      return 0;
    }
    losses.forEach(Loss::allDecisionsWalked);
    if (!scan.isDone()
        || rescan
        || rescanLater
        || store.queuedEnded
        || !losses.removeIf(Loss::isOver)) {
      return 0;
    }
    publish(nowMillis);
    return 1;
  }

  private void publish(int nowMillis) {
    EpochOrder oldest = losses.isEmpty() ? null : losses.get(0).order;
    foreign = new Foreign(view.order(), oldest);
    tracesOut += cargo.takeTracesOut();
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
  public void onAnswer(PeerAnswer answer, int nowMillis) {
    if (answer instanceof PeerAnswer.TransferTaken taken) {
      onTaken(mail.answered(taken.id()));
    } else if (answer instanceof PeerAnswer.TransferNotOwner notOwner) {
      onNotOwner(mail.answered(notOwner.id()), notOwner.epoch(), nowMillis);
    } else if (answer instanceof PeerAnswer.TransferFull full) {
      metrics.full.inc();
      onFull(mail.answered(full.id()), nowMillis);
    } else if (answer instanceof PeerAnswer.TransferUnfit unfit) {
      onUnfit(mail.answered(unfit.id()), Set.copyOf(unfit.entries()), nowMillis);
    } else {
      throw new AssertionError(answer);
    }
  }

  private void onTaken(@Nullable Parcel parcel) {
    if (parcel == null) {
      return;
    }
    cargo.unload(parcel, entry -> true);
    end(parcel);
    mail.onTaken(parcel);
    metrics.batchesOut.inc();
    metrics.bytesOut.inc(parcel.size);
    metrics.decisionsOut.inc(parcel.decisions);
    bytesOut += parcel.size;
  }

  private void onFull(@Nullable Parcel parcel, int nowMillis) {
    if (parcel != null) {
      mail.onFull(parcel, nowMillis);
    }
  }

  private void end(Parcel parcel) {
    ParcelMail.release(parcel);
    parcel.loss.batches--;
    if (parcel.decisions > 0 && mail.isCurrent(parcel)) {
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
    List<Integer> traces = sentBack.traces(parcel, taken);
    cargo.unload(parcel, taken);
    end(parcel);
    traces.forEach(trace -> sentBack.trace(trace, parcel, nowMillis));
    sentBack.exports(parcel, taken, nowMillis);
    boolean decisions = !IntStream.range(0, parcel.decisions).allMatch(taken);
    boolean goAgain =
        !mail.isCurrent(parcel) || !decisions || sentBack.decisions(parcel, nowMillis);
    parcel.loss.decisionsUnfit |= decisions && goAgain;
    rescanLater = true;
    rescanMillis = nowMillis + UNFIT_MILLIS;
  }

  /** The receiver's newest epoch gives a slot of it to another (H7). */
  private void onNotOwner(@Nullable Parcel parcel, EpochOrder epoch, int nowMillis) {
    if (parcel == null) {
      return;
    }
    metrics.notOwner.inc();
    boolean known = view.order().compareTo(epoch) >= 0;
    if (known && mail.isCurrent(parcel)) {
      mail.sendAgainSoon(parcel, nowMillis);
      return;
    }
    if (!known) {
      mail.awaitView(parcel);
    }
    parcel.loss.awaitsView |= !known;
    rescan |= known;
    discard(parcel);
  }

  /** The link to an owner broke: what was not answered was taken or not. */
  public void onDown(Peer peer, int nowMillis) {
    mail.onDown(peer, nowMillis);
  }

  /** An owner can be sent to again. */
  public void onWritable(Peer peer) {
    mail.onWritable(peer);
  }

  /** Nothing is sent any more. */
  public void close() {
    mail.close();
    losses.forEach(loss -> loss.shares.values().forEach(Share::release));
    losses.clear();
    cargo.clear();
    writer.close();
  }
}
