package io.ringtail.sampler.handover;

import io.netty.buffer.ByteBuf;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.sampler.account.HandoverMetrics;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Parcels on their way to owners, a bounded number of bytes of them in flight to one. One that is
 * not taken, or not answered in time, is sent again as it is while whose the slots are has not
 * changed; after that it is stale and filled anew by who made it. Threads: the shard's. Buffers: it
 * owns the bytes of parcels until they are answered.
 */
final class ParcelMail {
  /** After a refusal, or when the link takes nothing and does not say that it does again. */
  private static final int PAUSE_MILLIS = 50;

  /** Between looks for what is not answered. */
  private static final int LOOK_MILLIS = 1000;

  private final Peers peers;
  private final HandoverMetrics metrics;
  private final long inFlightBytes;
  private final Consumer<Parcel> stale;
  private final Map<Peer, Outgoing> outgoing = new LinkedHashMap<>();
  private final Map<Long, Parcel> sent = new HashMap<>();
  private EpochOrder epoch = EpochOrder.NONE;
  private int generation;
  private int lookedMillis;

  /**
   * @param inFlightBytes most of this shard that is in flight to an owner
   * @param stale given each parcel that is not to be sent again
   */
  ParcelMail(Peers peers, HandoverMetrics metrics, long inFlightBytes, Consumer<Parcel> stale) {
    this.peers = peers;
    this.metrics = metrics;
    this.inFlightBytes = inFlightBytes;
    this.stale = stale;
  }

  /** What was not sent, or will not be answered as taken, is stale from here on. */
  void begin(EpochOrder nowEpoch) {
    epoch = nowEpoch;
    for (Outgoing to : outgoing.values()) {
      to.unsent.forEach(stale);
      to.unsent.clear();
      to.onView();
    }
    outgoing.values().removeIf(to -> to.inFlightBytes == 0);
  }

  /** Parcels filled by an earlier walk are not sent again. */
  void generation(int now) {
    generation = now;
  }

  /** Whether a parcel was filled since whose the slots are has changed. */
  boolean isCurrent(Parcel parcel) {
    return parcel.generation == generation;
  }

  Collection<Outgoing> all() {
    return outgoing.values();
  }

  Outgoing to(Peer owner) {
    return outgoing.computeIfAbsent(owner, Outgoing::new);
  }

  boolean isIdle() {
    return sent.isEmpty();
  }

  /** Whether one more parcel may be made for an owner. */
  boolean hasRoom(Outgoing to, int nowMillis) {
    return to.unsent.isEmpty() && to.inFlightBytes < inFlightBytes && !to.isPaused(nowMillis);
  }

  /** Sends what waits; returns its bytes. */
  int send(Outgoing to, int nowMillis) {
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
    if (peers.send(parcel.to, new PeerWord.Transfer(parcel.id, epoch, bytes.retainedDuplicate()))) {
      return true;
    }
    sent.remove(parcel.id);
    return false;
  }

  /** A parcel was answered; null if that is not waited for. */
  @Nullable Parcel answered(long id) {
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

  /** A lost word, or a bug at the other end, must not stop the handoff: a repeat does no harm. */
  void sendUnansweredAgain(int nowMillis) {
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

  /** The owner had no room for it. */
  void onFull(Parcel parcel, int nowMillis) {
    to(parcel.to).full(nowMillis);
    sendAgain(parcel);
  }

  /** It had. */
  void onTaken(Parcel parcel) {
    Outgoing to = outgoing.get(parcel.to);
    if (to != null) {
      to.taken();
    }
  }

  /** The owner knows an epoch that is not in use here: it is sent nothing until one is. */
  void awaitView(Parcel parcel) {
    Outgoing to = outgoing.get(parcel.to);
    if (to != null) {
      to.awaitView();
    }
  }

  /** The owner could not take it yet. */
  void sendAgainSoon(Parcel parcel, int nowMillis) {
    sendAgain(parcel, nowMillis + PAUSE_MILLIS);
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
    if (isCurrent(parcel)) {
      to(parcel.to).unsent.addLast(parcel);
    } else {
      stale.accept(parcel);
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

  /** Gives up the bytes of a parcel. */
  static void release(Parcel parcel) {
    ByteBuf bytes = parcel.bytes;
    if (bytes != null) {
      bytes.release();
      parcel.bytes = null;
    }
  }

  /** Nothing is sent any more. */
  void close() {
    sent.values().forEach(parcel -> metrics.inFlight(-parcel.size));
    sent.values().forEach(ParcelMail::release);
    sent.clear();
    for (Outgoing to : outgoing.values()) {
      to.unsent.forEach(ParcelMail::release);
    }
    outgoing.clear();
  }
}
