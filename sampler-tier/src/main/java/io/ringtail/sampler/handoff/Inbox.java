package io.ringtail.sampler.handoff;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * What other samplers hand over, in order by sender. A word of a higher epoch than is in use waits
 * for it, with all behind it, up to a second (protocol A4). Transfers without floors in force are
 * sent back: their sender says its floors again. So are those that would make what waits more than
 * {@value #MOST_BYTES} bytes, whoever sent it: one who joins cannot hold what all others have in
 * flight to it. Pure. Threads: the handoff's. Buffers: words are consumed.
 */
final class Inbox {
  private static final long WAIT_NANOS = 1_000_000_000;
  static final int MOST_BYTES = 16 << 20;

  private final Floors floors;
  private final Taker taker;
  private final Map<Peer, Lane> lanes = new HashMap<>();
  private EpochOrder inUse = EpochOrder.NONE;
  private long waitingBytes;

  /** Where transfers go. */
  interface Taker {
    /** Takes or refuses, now or later. */
    void take(Peer sender, PeerWord.Transfer transfer, Peers.Answers answers);
  }

  private record Word(PeerWord word, Peers.Answers answers) {
    int bytes() {
      return word instanceof PeerWord.Transfer transfer ? transfer.entries().readableBytes() : 0;
    }
  }

  private static final class Lane {
    private final Deque<Word> waiting = new ArrayDeque<>();
    private EpochOrder awaited = EpochOrder.NONE;
    private long sinceNanos;

    @SuppressWarnings("ReferenceEquality") // the same word may be said twice
    boolean isLast(Word word) {
      return waiting.peekLast() == word;
    }
  }

  Inbox(Floors floors, Taker taker) {
    this.floors = floors;
    this.taker = taker;
  }

  void onWord(Peer sender, PeerWord word, Peers.Answers answers, long nowNanos) {
    Lane lane = lanes.computeIfAbsent(sender, s -> new Lane());
    Word next = new Word(word, answers);
    waitingBytes += next.bytes();
    lane.waiting.add(next);
    proceed(sender, lane, nowNanos);
    if (waitingBytes > MOST_BYTES && word instanceof PeerWord.Transfer t && lane.isLast(next)) {
      lane.waiting.removeLast();
      waitingBytes -= next.bytes();
      sendBack(t, answers);
    }
  }

  void onEpoch(EpochOrder order, long nowNanos) {
    inUse = order;
    onTick(nowNanos);
  }

  void onTick(long nowNanos) {
    lanes.forEach((sender, lane) -> proceed(sender, lane, nowNanos));
    lanes.values().removeIf(lane -> lane.waiting.isEmpty());
  }

  private void proceed(Peer sender, Lane lane, long nowNanos) {
    for (Word next = lane.waiting.peek();
        next != null && !mustWait(lane, epochOf(next.word()), nowNanos);
        next = lane.waiting.peek()) {
      lane.waiting.remove();
      waitingBytes -= next.bytes();
      take(sender, next);
    }
  }

  private boolean isAhead(EpochOrder order) {
    return order.compareTo(inUse) > 0;
  }

  private boolean mustWait(Lane lane, EpochOrder order, long nowNanos) {
    if (!isAhead(order)) {
      return false;
    }
    if (order.compareTo(lane.awaited) > 0) {
      lane.awaited = order;
      lane.sinceNanos = nowNanos;
    }
    return nowNanos - lane.sinceNanos < WAIT_NANOS;
  }

  private static EpochOrder epochOf(PeerWord word) {
    if (word instanceof PeerWord.Floors floors) {
      return floors.epoch();
    }
    return word instanceof PeerWord.Transfer transfer ? transfer.epoch() : EpochOrder.NONE;
  }

  private void take(Peer sender, Word next) {
    PeerWord word = next.word();
    if (word instanceof PeerWord.FloorsEnd || isAhead(epochOf(word)) && isFloors(word)) {
      floors.onEnd(bits(sender));
    } else if (word instanceof PeerWord.Floors m) {
      floors.onFloors(bits(sender), m);
    } else if (word instanceof PeerWord.Transfer m) {
      take(sender, m, next.answers());
    } else {
      throw new AssertionError(word);
    }
  }

  private static long bits(Peer sender) {
    return sender.incarnation().bits();
  }

  private static boolean isFloors(PeerWord word) {
    return word instanceof PeerWord.Floors;
  }

  private void take(Peer sender, PeerWord.Transfer transfer, Peers.Answers answers) {
    if (isAhead(transfer.epoch()) || !floors.isInForce(bits(sender))) {
      sendBack(transfer, answers);
    } else {
      floors.onTransfer(bits(sender), transfer.id(), answers);
      taker.take(sender, transfer, answers);
    }
  }

  private static void sendBack(PeerWord.Transfer transfer, Peers.Answers answers) {
    transfer.entries().release();
    answers.send(new PeerAnswer.TransferFull(transfer.id()));
  }

  /** Drops what waits. */
  void close() {
    for (Lane lane : lanes.values()) {
      for (Word next : lane.waiting) {
        if (next.word() instanceof PeerWord.Transfer transfer) {
          transfer.entries().release();
        }
      }
    }
    lanes.clear();
    waitingBytes = 0;
  }
}
