package io.ringtail.cluster.epoch;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochId;
import io.ringtail.cluster.word.ClusterMessage.AskEpoch;
import io.ringtail.cluster.word.ClusterMessage.AskHighest;
import io.ringtail.cluster.word.ClusterMessage.Highest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a new coordinator finds the chain it goes on with (protocol P2). Pure: no clock, no I/O.
 * Threads: one.
 *
 * <p>How: it asks its view for the highest epoch (ASKING) and gets that if it has not seen it
 * (FETCHING). Which chain, if there are several: one that any router of the view is on before those
 * that none is on (what was accepted of late went by it, and who decides without it decides on a
 * part), then the one most samplers of the view are on (whom an epoch names may never have heard of
 * it: one who coordinated, was stopped and wakes names all of its old view), then most routers,
 * then whose newest epoch names most ACTIVE samplers, then most members, then the higher order. Who
 * is silent is asked again each {@value #ASK_NANOS} ns; it is over after {@value #ANSWER_NANOS} ns,
 * and for each chain's holder half as much later.
 */
final class ChainSearch {
  private static final long ASK_NANOS = 300_000_000;
  private static final long ANSWER_NANOS = 1_000_000_000;
  private static final long FETCH_NANOS = 500_000_000;
  private static final long FETCH_AGAIN_NANOS = 150_000_000;

  private enum Phase {
    IDLE,
    ASKING,
    FETCHING
  }

  private final long selfBits;
  private final Follower follower;
  private final Map<Long, Highest> answers = new HashMap<>();
  private final List<Head> heads = new ArrayList<>();

  private Phase phase = Phase.IDLE;
  private ClusterView view = ClusterView.NONE;
  private long deadlineNanos;
  private long askedAtNanos;
  private long holder;

  /** The newest epoch of a chain and one who has it. */
  private record Head(EpochId id, Highest answer, long holder, int samplersOnIt, int routersOnIt) {
    boolean hasRouters() {
      return routersOnIt > 0;
    }
  }

  /**
   * The end of the search.
   *
   * @param newest of the chain to go on with; empty if there is none yet
   */
  record Found(Optional<Epoch> newest) {}

  ChainSearch(long selfBits, Follower follower) {
    this.selfBits = selfBits;
    this.follower = follower;
    this.holder = selfBits;
  }

  /** Whom to ask for epochs of the chain it goes on with. */
  long holder() {
    return holder;
  }

  void stop() {
    phase = Phase.IDLE;
    answers.clear();
    heads.clear();
    holder = selfBits;
  }

  /**
   * Begins anew, unless somebody only joins or leaves those who are asked: that prolongs nothing,
   * and what the others have answered stands till they answer again.
   */
  void ask(ClusterView newView, long now, List<Effect> effects) {
    if (phase == Phase.ASKING && !newView.merged()) {
      answers.keySet().removeIf(bits -> !newView.has(bits));
    } else {
      answers.clear();
      deadlineNanos = now + ANSWER_NANOS;
    }
    phase = Phase.ASKING;
    view = newView;
    heads.clear();
    askedAtNanos = now;
    if (view.peers().size() > 1) {
      effects.add(new Effect.SendAll(new AskHighest(view.id())));
    }
  }

  /**
   * @return false if it does not wait for that
   */
  boolean onHighest(long from, Highest answer) {
    boolean awaited = phase == Phase.ASKING && answer.viewId() == view.id();
    if (awaited) {
      answers.put(from, answer);
    }
    return awaited;
  }

  /**
   * @return once, at the end
   */
  Optional<Found> onTick(long now, List<Effect> effects) {
    if (phase == Phase.ASKING && (allAnswered() || now >= deadlineNanos)) {
      choose(now);
    } else if (phase == Phase.ASKING) {
      askAgain(now, effects);
    }
    return phase == Phase.FETCHING ? fetch(now, effects) : Optional.empty();
  }

  private boolean allAnswered() {
    return answers.size() >= view.peers().size() - 1;
  }

  private void askAgain(long now, List<Effect> effects) {
    if (now < askedAtNanos + ASK_NANOS) {
      return;
    }
    askedAtNanos = now;
    for (ClusterView.Peer p : view.peers()) {
      if (p.bits() != selfBits && !answers.containsKey(p.bits())) {
        effects.add(new Effect.Send(p.bits(), new AskHighest(view.id())));
      }
    }
  }

  private void choose(long now) {
    answers.put(selfBits, follower.highest(view.id()));
    Set<EpochId> passed = new HashSet<>();
    answers.values().forEach(a -> a.recent().stream().skip(1).forEach(passed::add));
    heads.clear();
    answers.forEach(
        (from, a) ->
            a.recent().stream()
                .findFirst()
                .filter(id -> !passed.contains(id))
                .map(id -> new Head(id, a, from, peersOn(a, true), peersOn(a, false)))
                .ifPresent(heads::add));
    heads.sort(
        Comparator.comparing(Head::hasRouters)
            .thenComparingInt(Head::samplersOnIt)
            .thenComparingInt(Head::routersOnIt)
            .thenComparingInt(h -> h.answer().activeSamplers())
            .thenComparingInt(h -> h.answer().members())
            .thenComparing(h -> h.id().order())
            .thenComparing(h -> h.id().coordinator())
            .reversed());
    answers.clear();
    phase = Phase.FETCHING;
    deadlineNanos = now + FETCH_NANOS;
    holder = selfBits;
  }

  /** Those of the view whose newest epoch is of that chain, as far as they answered. */
  private int peersOn(Highest chain, boolean samplers) {
    Set<EpochId> epochs = Set.copyOf(chain.recent());
    int count = 0;
    for (ClusterView.Peer peer : view.peers()) {
      Highest answer = answers.get(peer.bits());
      if (peer.sampler() == samplers && answer != null && !answer.recent().isEmpty()) {
        count += epochs.contains(answer.recent().get(0)) ? 1 : 0;
      }
    }
    return count;
  }

  private Optional<Found> fetch(long now, List<Effect> effects) {
    while (!heads.isEmpty()) {
      Head head = heads.get(0);
      Optional<Epoch> have = follower.kept(head.id());
      if (have.isPresent()) {
        return end(have, head.holder());
      }
      if (holder != head.holder()) {
        holder = head.holder();
        deadlineNanos = now + FETCH_NANOS;
        askFor(head, now, effects);
        return Optional.empty();
      }
      if (now < deadlineNanos) {
        if (now >= askedAtNanos + FETCH_AGAIN_NANOS) { // or a lost word would choose the chain
          askFor(head, now, effects);
        }
        return Optional.empty();
      }
      heads.remove(0); // its holder is silent: the next best
    }
    return end(follower.newest(), selfBits);
  }

  private void askFor(Head head, long now, List<Effect> effects) {
    askedAtNanos = now;
    effects.add(new Effect.Send(head.holder(), new AskEpoch(head.id())));
  }

  private Optional<Found> end(Optional<Epoch> newest, long from) {
    phase = Phase.IDLE;
    heads.clear();
    holder = from;
    return Optional.of(new Found(newest));
  }
}
