package io.ringtail.router.forward;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.LinkWriter;
import io.ringtail.link.Refused;
import io.ringtail.link.SamplerFrame;
import io.ringtail.refusal.Refusal;
import io.ringtail.router.forward.ForwardMetrics.RefuseReason;
import io.ringtail.router.forward.ForwardMetrics.ResendReason;
import io.ringtail.router.retain.SamplerKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one link, waiting or sent, and what becomes of them at every answer, break, epoch
 * and timeout (protocol A3, A5, A6). Knows no sockets.
 *
 * <p>A part waits, is sent, and then is accepted, refused, or goes back to waiting when the link
 * breaks; it leaves for the {@link Rerouting} when its receiver is not its owner or a newer epoch
 * comes while the link is down. A part whose request has been answered is dropped where it is met,
 * at the latest at the next tick. A part that is replayed has none and is never dropped.
 *
 * <p>Threads: the link's event loop; {@link #oldestSeq} and {@link #full} any.
 */
final class Outbox {
  private static final long NOT_OWNER_WAIT_NANOS = Duration.ofMillis(100).toNanos();
  private static final long REPLAY_REFUSED_WAIT_NANOS = Duration.ofMillis(200).toNanos();
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  /** Short beside the time until clients come back, so that a sampler with room again has work. */
  private static final long FULL_NANOS = Duration.ofMillis(100).toNanos();

  private final SamplerKey receiver;
  private final Seqs seqs;
  private final Rerouting rerouting;
  private final Retention retention;
  private final ForwardMetrics metrics;
  private final LongSupplier nanoTime;
  private final ArrayDeque<Parcel> waiting = new ArrayDeque<>();

  /** By seq, oldest first. */
  private final LinkedHashMap<Long, Parcel> unanswered = new LinkedHashMap<>();

  private volatile long oldestSeq = Long.MAX_VALUE;

  /** Since when an answer is waited for, if one is. */
  private long silentSinceNanos;

  /** What the receiver said when it last had no room. */
  private volatile @Nullable Full full;

  private record Full(Refusal.Busy refusal, long untilNanos) {}

  /**
   * @param receiver who is at the other end
   */
  Outbox(
      SamplerKey receiver,
      Seqs seqs,
      Rerouting rerouting,
      Retention retention,
      ForwardMetrics metrics,
      LongSupplier nanoTime) {
    this.receiver = receiver;
    this.seqs = seqs;
    this.rerouting = rerouting;
    this.retention = retention;
    this.metrics = metrics;
    this.nanoTime = nanoTime;
  }

  /**
   * @param parcel consumed
   */
  void add(Parcel parcel) {
    waiting.add(parcel);
  }

  boolean hasWaiting() {
    return !waiting.isEmpty();
  }

  boolean isEmpty() {
    return waiting.isEmpty() && unanswered.isEmpty();
  }

  /** A bound below the seqs of all unanswered parts; the greatest long if there are none. */
  long oldestSeq() {
    return oldestSeq;
  }

  /** See {@link Outlet#full}. */
  @Nullable Refusal full(long nowNanos) {
    Full last = full;
    return last == null || nowNanos - last.untilNanos >= 0 ? null : last.refusal;
  }

  /**
   * Moves waiting parts into a message, until it has about {@code maxBytes} (A8).
   *
   * @return whether there is anything to send
   */
  boolean fill(LinkWriter message, int maxBytes) {
    while (message.size() < maxBytes) {
      Parcel parcel = waiting.poll();
      if (parcel == null) {
        break;
      }
      if (parcel.errand().isAnswered()) {
        withdraw(parcel, RefuseReason.WITHDRAWN);
      } else {
        send(parcel, message);
      }
    }
    return !message.isEmpty();
  }

  /** The bound is lowered before the seq is taken, so that nobody reads one above it. */
  private void send(Parcel parcel, LinkWriter message) {
    if (unanswered.isEmpty()) {
      oldestSeq = seqs.last() + 1;
    }
    if (parcel.seq() != 0) {
      metrics.resent(ResendReason.LINK_BROKEN, 1);
    }
    long seq = seqs.next();
    long nowNanos = nanoTime.getAsLong();
    if (unanswered.isEmpty()) {
      silentSinceNanos = nowNanos;
    }
    parcel.sendAs(seq, nowNanos);
    unanswered.put(seq, parcel);
    message.add(parcel);
  }

  /** How long parts that were sent have all been without an answer; 0 if there are none. */
  long silentNanos() {
    return unanswered.isEmpty() ? 0 : nanoTime.getAsLong() - silentSinceNanos;
  }

  /** Takes acks and refusals; those of seqs that are not known here any more say nothing. */
  void onAnswers(SamplerFrame frame) {
    if (frame.acks().length > 0 || !frame.refused().isEmpty()) {
      silentSinceNanos = nanoTime.getAsLong();
    }
    for (long seq : frame.acks()) {
      Parcel parcel = unanswered.remove(seq);
      if (parcel != null) {
        accepted(parcel);
      }
    }
    for (Refused refused : frame.refused()) {
      Parcel parcel = unanswered.remove(refused.seq());
      if (parcel != null) {
        refused(parcel, refused);
      }
    }
    updateOldest();
  }

  private void accepted(Parcel parcel) {
    Errand errand = parcel.errand();
    if (errand.piece() == null) {
      metrics.forwardedSpans.inc(parcel.spanCount());
    }
    retention.accepted(parcel, receiver);
    errand.partWasAccepted();
  }

  private void refused(Parcel parcel, Refused refused) {
    if (refused.refusal() instanceof Refusal.Busy busy) {
      full = new Full(busy, nanoTime.getAsLong() + FULL_NANOS);
    }
    if (refused.refusal() instanceof Refusal.NotOwner notOwner) {
      notOwner(parcel, new EpochOrder(notOwner.viewId(), notOwner.number()));
    } else if (parcel.errand().piece() != null) {
      replayRefused(parcel, refused.refusal());
    } else {
      fail(parcel, refused.refusal());
    }
  }

  /** A6: what a client was told is accepted is sent until it is. */
  private void replayRefused(Parcel parcel, Refusal refusal) {
    if (refusal.retryable()) {
      rerouting.reroute(
          parcel, EpochOrder.NONE, REPLAY_REFUSED_WAIT_NANOS, ResendReason.REPLAY_REFUSED);
    } else {
      retention.rejected(parcel);
    }
  }

  /** A3: waits for the refusal's epoch, or 100 ms if the router has it already. */
  private void notOwner(Parcel parcel, EpochOrder epoch) {
    boolean has = rerouting.inUse().compareTo(epoch) >= 0;
    rerouting.reroute(parcel, epoch, has ? NOT_OWNER_WAIT_NANOS : 0, ResendReason.NOT_OWNER);
  }

  /** The link broke: whether unanswered parts were taken is not known, so they will go again. */
  void onBroken() {
    List<Parcel> again = new ArrayList<>(unanswered.values());
    unanswered.clear();
    updateOldest();
    for (int i = again.size() - 1; i >= 0; i--) {
      waiting.addFirst(again.get(i));
    }
  }

  /** A newer epoch is in use while the link is down: what was split before it is split anew. */
  void onEpochWhileDown(EpochOrder epoch) {
    for (int i = waiting.size(); i > 0; i--) {
      Parcel parcel = waiting.remove();
      if (parcel.epoch().compareTo(epoch) < 0) {
        rerouting.reroute(parcel, epoch, 0, ResendReason.RECEIVER_LOST);
      } else {
        waiting.add(parcel);
      }
    }
  }

  /** The newest epoch does not name the receiver: everything goes elsewhere. */
  void onReceiverGone(EpochOrder epoch) {
    onBroken();
    for (Parcel p = waiting.poll(); p != null; p = waiting.poll()) {
      rerouting.reroute(p, epoch, 0, ResendReason.RECEIVER_LOST);
    }
  }

  /** Fails requests that are overdue and drops parts of requests already answered. */
  void onTick() {
    long nowNanos = nanoTime.getAsLong();
    drop(waiting.iterator(), nowNanos);
    drop(unanswered.values().iterator(), nowNanos);
    updateOldest();
  }

  private void drop(Iterator<Parcel> parcels, long nowNanos) {
    while (parcels.hasNext()) {
      Parcel parcel = parcels.next();
      if (parcel.errand().isAnswered()) {
        parcels.remove();
        withdraw(parcel, RefuseReason.WITHDRAWN);
      } else if (parcel.errand().isOverdue(nowNanos)) {
        parcels.remove();
        fail(parcel, timedOut(receiver.nodeId()));
      }
    }
  }

  static Refusal timedOut(String receiver) {
    return new Refusal.TimedOut("sampler " + receiver + " has not answered in time", RETRY_AFTER);
  }

  /** This router stops: what has not been accepted is refused. */
  void onStop() {
    onBroken();
    for (Parcel p = waiting.poll(); p != null; p = waiting.poll()) {
      p.errand().fail(new Refusal.NotReady("this router stops", RETRY_AFTER));
      withdraw(p, RefuseReason.STOPPING);
    }
  }

  private void fail(Parcel parcel, Refusal refusal) {
    boolean first = parcel.errand().fail(refusal);
    withdraw(parcel, first ? RefuseReason.of(refusal) : RefuseReason.WITHDRAWN);
  }

  private void withdraw(Parcel parcel, RefuseReason reason) {
    if (parcel.errand().piece() == null) {
      metrics.refused(reason, parcel.spanCount());
    }
    parcel.release();
  }

  private void updateOldest() {
    Iterator<Map.Entry<Long, Parcel>> oldest = unanswered.entrySet().iterator();
    oldestSeq = oldest.hasNext() ? oldest.next().getKey() : Long.MAX_VALUE;
  }
}
