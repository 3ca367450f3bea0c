package io.ringtail.sampler.handoff;

import io.ringtail.link.SamplerWord;
import java.util.HashSet;
import java.util.Set;

/**
 * A sampler that was lost and lives (protocol L2): asks the routers whether they still have what it
 * had received, gives its decisions away meanwhile, then all it holds, or discards what is open,
 * says that it is empty, and may come back. Pure. Threads: the handoff's.
 */
final class Stranger {
  private static final long ASK_NANOS = 5_000_000_000L;

  private final Routers routers;
  private final Set<Long> unanswered = new HashSet<>();
  private Phase phase = Phase.NONE;
  private boolean discards;
  private boolean saysEmpty;
  private long askedNanos;

  /** Where it stands. */
  enum Phase {
    /** It is no stranger. */
    NONE,
    /** It hands over decisions, keeps what is open and decides nothing. */
    ASKING,
    /** It hands over what is not its own, or has discarded it; exports go on. */
    CLEARING,
    /**
     * It may come back as another incarnation: it holds nothing and has said so, or there is nobody
     * to give anything to, and it keeps what it has.
     */
    EMPTY
  }

  Stranger(Routers routers) {
    this.routers = routers;
  }

  Phase phase() {
    return phase;
  }

  boolean discards() {
    return discards;
  }

  /**
   * It has learnt that it was lost. {@link #ask} follows when nothing is taken any more.
   *
   * @return false if it knew
   */
  boolean begin(long nowNanos) {
    if (phase != Phase.NONE) {
      return false;
    }
    phase = Phase.ASKING;
    askedNanos = nowNanos;
    return true;
  }

  /**
   * Asks those it may have spans of: no other has any that it received in its log.
   *
   * @param named routers of the epoch without it that it knows
   * @param anyGone whether a router it has spans of is not among them: nobody can say of that one's
   *     log, so it counts as one that has
   */
  void ask(Set<Long> named, boolean anyGone) {
    unanswered.addAll(named);
    if (anyGone) {
      clear(false);
    } else {
      named.forEach(router -> routers.say(router, new SamplerWord.AskHas()));
      check();
    }
  }

  /** The chain that lost it has lost itself, and an epoch names it again (protocol P2). */
  void end() {
    phase = Phase.NONE;
    discards = false;
    saysEmpty = false;
    unanswered.clear();
  }

  private void clear(boolean discard) {
    phase = Phase.CLEARING;
    discards = discard;
    unanswered.clear();
  }

  /** Routers that are gone cannot answer: then it is as if they had. */
  void onRouters(Set<Long> named) {
    if (phase == Phase.ASKING && !named.containsAll(unanswered)) {
      clear(false);
    }
  }

  void onLink(long router) {
    if (unanswered.contains(router)) {
      routers.say(router, new SamplerWord.AskHas());
    } else if (saysEmpty) {
      routers.say(router, new SamplerWord.Empty());
    }
  }

  void onHas(long router, boolean has) {
    if (phase == Phase.ASKING && unanswered.remove(router)) {
      if (has) {
        clear(false);
      } else {
        check();
      }
    }
  }

  private void check() {
    if (unanswered.isEmpty()) {
      clear(true);
    }
  }

  /**
   * Goes on when it can. A router that does not answer may have something.
   *
   * @param nothingHeld whether all is acknowledged by others or settled
   * @param owners whether the newest epoch names any sampler that owns slots
   */
  void onTick(boolean nothingHeld, boolean owners, Set<Long> named, long nowNanos) {
    if (phase == Phase.ASKING && nowNanos - askedNanos >= ASK_NANOS) {
      clear(false);
    }
    if (phase == Phase.CLEARING && !nothingHeld && !owners) {
      phase = Phase.EMPTY;
    } else if (phase == Phase.CLEARING && nothingHeld) {
      saysEmpty = true;
      phase = Phase.EMPTY;
      named.forEach(router -> routers.say(router, new SamplerWord.Empty()));
    }
  }
}
