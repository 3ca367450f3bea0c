package io.ringtail.sampler.handoff;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.Peer;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * The way to other samplers, on which no transfer goes before this sampler's floors (protocol H3):
 * its own marks at that moment, below which no note of anything it holds lies. They are said again
 * when a mark has fallen since, on a new link, and after a transfer was sent back.
 *
 * <p>Threads: {@link #send} by any; the rest too. The order of words to one sampler is that of the
 * calls, held by a lock for each.
 */
public final class Outgoing implements Peers {
  private static final long IDLE_NANOS = 1_000_000_000;

  /** A transfer not sent again for so long was given up by who sent it. */
  private static final long GIVEN_UP_NANOS = 90_000_000_000L;

  private final Peers peers;
  private final ToLongFunction<Peer> marks;
  private final Supplier<List<Peer>> routers;
  private final Map<Peer, Lane> lanes = new ConcurrentHashMap<>();
  private volatile EpochOrder epoch = EpochOrder.NONE;
  private volatile long nowNanos;

  /** What one sampler has been told. All under its monitor. */
  private static final class Lane {
    /** Transfers, and when each was sent last. */
    private final Map<Long, Long> unanswered = new HashMap<>();

    private Map<Long, Long> floors = Map.of();
    private EpochOrder epoch = EpochOrder.NONE;
    private boolean said;
    private boolean mustEnd;
    private long ids;
    private long sentNanos;
  }

  /**
   * @param marks this sampler's mark for a router as it is now, from any thread; negative if it
   *     knows nothing of it
   * @param routers all routers there may be a mark for, from any thread
   */
  public Outgoing(Peers peers, ToLongFunction<Peer> marks, Supplier<List<Peer>> routers) {
    this.peers = peers;
    this.marks = marks;
    this.routers = routers;
  }

  @Override
  public boolean send(Peer to, PeerWord word) {
    if (!(word instanceof PeerWord.Transfer transfer)) {
      return peers.send(to, word);
    }
    Lane lane = lanes.computeIfAbsent(to, p -> new Lane());
    synchronized (lane) {
      if (!sayFloors(to, lane)) {
        transfer.entries().release();
        return false;
      }
      if (!peers.send(to, word)) {
        return false;
      }
      lane.unanswered.put(transfer.id(), nowNanos);
      lane.sentNanos = nowNanos;
      return true;
    }
  }

  private boolean sayFloors(Peer to, Lane lane) {
    EpochOrder inUse = epoch;
    List<PeerWord.RouterSeq> now = new ArrayList<>();
    boolean fallen = !lane.said || !lane.epoch.equals(inUse);
    for (Peer router : routers.get()) {
      long mark = marks.applyAsLong(router);
      if (mark >= 0) {
        now.add(new PeerWord.RouterSeq(router, mark));
        Long said = lane.floors.get(router.incarnation().bits());
        fallen |= said == null || mark < said;
      }
    }
    if (!fallen) {
      return true;
    }
    if (!peers.send(to, new PeerWord.Floors(++lane.ids, inUse, now))) {
      return false;
    }
    Map<Long, Long> floors = new HashMap<>();
    now.forEach(f -> floors.put(f.router().incarnation().bits(), f.seq()));
    lane.floors = floors;
    lane.epoch = inUse;
    lane.said = true;
    lane.mustEnd = true;
    return true;
  }

  /** An answer has come. One that is sent back may lack floors at the other end. */
  void onAnswer(Peer from, PeerAnswer answer) {
    if (answer instanceof PeerAnswer.TransferTaken taken) {
      answered(from, taken.id(), false);
    } else if (answer instanceof PeerAnswer.TransferFull full) {
      answered(from, full.id(), true);
    } else if (answer instanceof PeerAnswer.TransferUnfit unfit) {
      answered(from, unfit.id(), false);
    } else if (answer instanceof PeerAnswer.TransferNotOwner notOwner) {
      answered(from, notOwner.id(), true);
    }
  }

  private void answered(Peer from, long id, boolean sentBack) {
    Lane lane = lanes.get(from);
    if (lane != null) {
      synchronized (lane) {
        lane.unanswered.remove(id);
        lane.said &= !sentBack;
      }
    }
  }

  /**
   * What was sent and not answered is sent again, after floors. That they end is not answered, so
   * it is said again in any case.
   */
  void onDown(Peer peer) {
    Lane lane = lanes.get(peer);
    if (lane != null) {
      synchronized (lane) {
        lane.unanswered.clear();
        lane.said = false;
        lane.mustEnd = true;
      }
    }
  }

  /** An epoch is in use: floors are said anew before the next transfer. */
  void onEpoch(EpochOrder order, Set<Long> named) {
    epoch = order;
    lanes.keySet().removeIf(peer -> !named.contains(peer.incarnation().bits()));
  }

  /**
   * Says to those to whom nothing is on its way that their floors may go.
   *
   * @param nothingLeft whether nothing more is to be handed over to anybody
   */
  void onTick(boolean nothingLeft, long now) {
    nowNanos = now;
    lanes.forEach(
        (peer, lane) -> {
          synchronized (lane) {
            lane.unanswered.values().removeIf(sent -> now - sent >= GIVEN_UP_NANOS);
            boolean idle = nothingLeft || now - lane.sentNanos >= IDLE_NANOS;
            if (lane.mustEnd && lane.unanswered.isEmpty() && idle) {
              lane.mustEnd = !peers.send(peer, new PeerWord.FloorsEnd());
              lane.said &= lane.mustEnd;
            }
          }
        });
  }

  /** Another incarnation begins: nobody has been told anything by it. */
  public void forgetAll() {
    lanes.clear();
  }

  /** Transfers sent and not answered. */
  int unanswered() {
    int sum = 0;
    for (Lane lane : lanes.values()) {
      synchronized (lane) {
        sum += lane.unanswered.size();
      }
    }
    return sum;
  }
}
