package io.ringtail.sampler.handoff;

import io.ringtail.link.SamplerWord;
import io.ringtail.rules.Rule;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.peer.PeerAnswer;
import io.ringtail.sampler.peer.PeerWord;
import io.ringtail.sampler.peer.Peers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What others have said of the notes they hand over (protocol H3): below which seq this sampler's
 * marks must stay, which routers have confirmed that, and which transfers must wait for it. Pure.
 * Threads: the handoff's.
 *
 * <p>Each floor calls for a lowering, unless one still in force was as low. The last lowering said
 * to a router is the lowest in force; whichever answer has its id or a later one confirms all
 * before it, since words go down one stream in order.
 */
final class Floors {
  static final long NONE = Long.MAX_VALUE;

  private static final long GONE_NANOS = 10_000_000_000L;

  private final Routers routers;
  private final Lowered board;
  private final boolean lowers;
  private final Map<Long, Sender> senders = new HashMap<>();
  private final Map<Long, Lowest> lowest = new HashMap<>();
  private final Map<Long, Long> confirmed = new HashMap<>();
  private Set<Long> named = Set.of();
  private long lastId;

  /** Told of a floor before its router is. */
  interface Lowered {
    void lower(long router, long seq);
  }

  private static final class Sender {
    private final Map<Long, Long> floors = new HashMap<>();
    private final Map<Long, Long> unconfirmed = new HashMap<>();
    private final List<Taken> transfers = new ArrayList<>();
    private boolean ended;
    private boolean heard;
    private long heardNanos;
  }

  /** A transfer of which the sender awaits an answer. */
  private static final class Taken {
    private final long id;
    private final Peers.Answers answers;

    /** What was merged of it; null until it was. */
    private @Nullable PeerAnswer outcome;

    Taken(long id, Peers.Answers answers) {
      this.id = id;
      this.answers = answers;
    }
  }

  /** The lowering that covers all floors of a router: its marks have been at most that since. */
  private record Lowest(long id, long seq) {}

  Floors(Routers routers, Lowered board, Rules rules) {
    this.routers = routers;
    this.board = board;
    this.lowers = rules.inForce(Rule.H3);
  }

  /** The routers of the newest epoch: those not named are gone and confirm nothing any more. */
  void onRouters(Set<Long> nowNamed) {
    named = new TreeSet<>(nowNamed);
    senders.values().forEach(s -> s.floors.keySet().retainAll(named));
    senders.values().forEach(s -> s.unconfirmed.keySet().retainAll(named));
    lowest.keySet().retainAll(named);
    confirmed.keySet().retainAll(named);
    answerAll();
  }

  /** The sender's traces are no older than these; all its transfers behind this word wait. */
  void onFloors(long sender, PeerWord.Floors word) {
    Sender from = senders.computeIfAbsent(sender, s -> new Sender());
    from.ended = false;
    from.heard = true;
    for (PeerWord.RouterSeq floor : word.seqs()) {
      long router = floor.router().incarnation().bits();
      if (lowers && named.contains(router)) {
        lower(from, router, floor.seq());
      }
    }
  }

  private void lower(Sender from, long router, long seq) {
    from.floors.merge(router, seq, Math::min);
    board.lower(router, seq);
    Lowest before = lowest.get(router);
    if (before == null || before.seq() > seq) {
      before = new Lowest(++lastId, seq);
      lowest.put(router, before);
      routers.say(router, new SamplerWord.Lowering(before.id(), seq));
    }
    if (!isConfirmed(router, before.id())) {
      from.unconfirmed.put(router, before.id());
    }
  }

  private boolean isConfirmed(long router, long id) {
    return confirmed.getOrDefault(router, 0L) >= id;
  }

  /** A router has answered a lowering. */
  void onLowered(long router, long id) {
    if (!named.contains(router)) {
      return;
    }
    confirmed.merge(router, id, Math::max);
    for (Sender sender : senders.values()) {
      sender.unconfirmed.computeIfPresent(router, (r, awaited) -> awaited <= id ? null : awaited);
    }
    answerAll();
  }

  /** A link of the router is new: what it has not confirmed is said again. */
  void onLink(long router) {
    Lowest open = lowest.get(router);
    if (open != null && !isConfirmed(router, open.id())) {
      routers.say(router, new SamplerWord.Lowering(open.id(), open.seq()));
    }
  }

  /** Whether a transfer of the sender may be taken: its floors are in force. */
  boolean isInForce(long sender) {
    Sender from = senders.get(sender);
    return from != null && !from.ended;
  }

  /** A transfer is being merged; its answer waits for that and for the routers. */
  void onTransfer(long sender, long id, Peers.Answers answers) {
    Sender from = senders.computeIfAbsent(sender, s -> new Sender());
    from.heard = true;
    from.transfers.add(new Taken(id, answers));
  }

  /**
   * A transfer is merged, or some of it.
   *
   * @param outcome what the sender is told once routers have confirmed
   */
  void onMerged(long sender, long id, Peers.Answers answers, PeerAnswer outcome) {
    Sender from = senders.get(sender);
    if (from == null) {
      return;
    }
    for (Taken transfer : from.transfers) {
      if (transfer.id == id && transfer.answers == answers) {
        transfer.outcome = outcome;
      }
    }
    answer(from);
    tidy();
  }

  /** A transfer was not taken; the sender is told so at once. */
  void onRefused(long sender, long id, Peers.Answers answers, PeerAnswer why) {
    Sender from = senders.get(sender);
    if (from != null) {
      from.transfers.removeIf(t -> t.id == id && t.answers == answers);
    }
    answers.send(why);
    tidy();
  }

  /** Nothing follows, or the stream is gone: the floors end when what came before is merged. */
  void onEnd(long sender) {
    Sender from = senders.get(sender);
    if (from != null) {
      from.ended = true;
      tidy();
    }
  }

  /**
   * Senders of whom nothing was heard for long are gone, or have forgotten that they said this, as
   * one does that was apart. What comes of them after all is sent back, and floors come before it.
   */
  void onTick(long nowNanos) {
    for (Sender from : senders.values()) {
      if (from.heard) {
        from.heard = false;
        from.heardNanos = nowNanos;
      }
      from.ended |= nowNanos - from.heardNanos >= GONE_NANOS;
    }
    tidy();
  }

  private void answerAll() {
    senders.values().forEach(Floors::answer);
    tidy();
  }

  private static void answer(Sender sender) {
    if (sender.unconfirmed.isEmpty()) {
      sender.transfers.removeIf(
          t -> {
            PeerAnswer outcome = t.outcome;
            if (outcome != null) {
              t.answers.send(outcome);
            }
            return outcome != null;
          });
    }
  }

  private void tidy() {
    if (senders.values().removeIf(s -> s.ended && s.transfers.isEmpty())) {
      for (Long router : new HashSet<>(lowest.keySet())) {
        rise(router);
      }
    }
  }

  /** Marks may have risen to what is the floor now, and no higher. */
  private void rise(Long router) {
    long floor = floor(router);
    if (floor == NONE) {
      lowest.remove(router);
    } else {
      lowest.computeIfPresent(router, (r, l) -> floor > l.seq() ? new Lowest(l.id(), floor) : l);
    }
  }

  /** What the mark for a router must not rise above; {@link #NONE} if nothing. */
  long floor(long router) {
    long least = NONE;
    for (Sender sender : senders.values()) {
      least = Math.min(least, sender.floors.getOrDefault(router, NONE));
    }
    return least;
  }

  /** Senders whose floors are in force. */
  int senders() {
    return senders.size();
  }

  /** Transfers taken in but not answered yet. */
  int unanswered() {
    int transfers = 0;
    for (Sender sender : senders.values()) {
      transfers += sender.transfers.size();
    }
    return transfers;
  }
}
