package io.ringtail.sampler.handoff;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.link.SamplerWord;
import io.ringtail.ring.SlotSet;
import io.ringtail.rules.Rule;
import io.ringtail.rules.Rules;
import java.util.Collection;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What this sampler has asked routers to replay (protocol R1–R3). A question stays open until each
 * router it was asked of has answered or is gone; it is said again on each new link. Pure. Threads:
 * the handoff's.
 *
 * <p>One that is asked while no epoch names a router waits for the first that does: it may have in
 * its log what the one lost had, and until one comes there is nothing to be decided (E1). So does
 * one that the last routers leave unanswered: they may be only taken for lost, or started anew.
 */
final class Questions {
  /** Above every epoch: of no loss that could be waited for. */
  private static final EpochOrder NO_CAUSE = new EpochOrder(Long.MAX_VALUE, Long.MAX_VALUE);

  private final Routers routers;
  private final boolean replays;
  private final SortedMap<Long, Open> open = new TreeMap<>();
  private final SortedMap<Long, Unasked> unasked = new TreeMap<>();
  private Set<Long> named = Set.of();
  private Set<Long> askedAtLast = Set.of();
  private EpochOrder newest = EpochOrder.NONE;
  private long lastId;

  /**
   * @param cause gain of the slots that a loss made it ask for
   */
  private record Open(SamplerWord.Question word, EpochOrder cause, Set<Long> unanswered) {}

  /** There is no router to ask. */
  private record Unasked(SlotSet slots, EpochOrder cause) {}

  Questions(Routers routers, Rules rules) {
    this.routers = routers;
    this.replays = rules.inForce(Rule.O3);
  }

  /** An epoch comes into use: routers it does not name are gone. */
  void onEpoch(EpochOrder order, Set<Long> nowNamed) {
    newest = order;
    named = new TreeSet<>(nowNamed);
    askedAtLast = Set.of();
    if (named.isEmpty()) {
      open.forEach(this::waitForARouter);
      open.clear();
    } else {
      open.values().forEach(q -> q.unanswered().retainAll(named));
      open.values().removeIf(q -> q.unanswered().isEmpty());
      unasked.forEach((id, q) -> ask(id, q.slots(), named, q.cause()));
      askedAtLast = Set.copyOf(unasked.keySet());
      unasked.clear();
    }
  }

  /** Who is named anew is asked for all this sampler owns in any case (R3). */
  private void waitForARouter(long id, Open question) {
    if (!question.cause().equals(NO_CAUSE)) {
      unasked.put(id, new Unasked(question.word().slots(), question.cause()));
    }
  }

  /**
   * Asks every router of the newest epoch.
   *
   * @param cause the epoch in which the slots were gained
   * @return its id
   */
  long askAll(SlotSet slots, EpochOrder cause) {
    long id = ++lastId;
    if (replays && named.isEmpty()) {
      unasked.put(id, new Unasked(slots, cause));
    } else if (replays) {
      ask(id, slots, named, cause);
    }
    return id;
  }

  /** Asks routers newly named for all this sampler owns (R3): no hold waits for that. */
  long askNew(SlotSet own, Collection<Long> newRouters) {
    long id = ++lastId;
    if (!newRouters.isEmpty()) {
      ask(id, own, newRouters, NO_CAUSE);
    }
    return id;
  }

  private void ask(long id, SlotSet slots, Collection<Long> of, EpochOrder cause) {
    Open question = new Open(new SamplerWord.Question(id, slots, newest), cause, new TreeSet<>(of));
    open.put(id, question);
    question.unanswered().forEach(router -> routers.say(router, question.word()));
  }

  boolean isAnswered(long id) {
    return !open.containsKey(id) && !unasked.containsKey(id);
  }

  /** Whether it waits for a router to come. */
  boolean isUnasked(long id) {
    return unasked.containsKey(id);
  }

  /** Whether it waited for a router to come till the newest epoch. */
  boolean isAskedAtLast(long id) {
    return askedAtLast.contains(id);
  }

  /** A link of the router is new: what it has not answered is asked again. */
  void onLink(long router) {
    for (Open question : open.values()) {
      if (question.unanswered().contains(router)) {
        routers.say(router, question.word());
      }
    }
  }

  /** Returns whether it was still open there. */
  boolean onReplayed(long router, long id) {
    Open question = open.get(id);
    if (question == null || !question.unanswered().remove(router)) {
      return false;
    }
    if (question.unanswered().isEmpty()) {
      open.remove(id);
    }
    return true;
  }

  /** Whether a router has still to answer one. */
  boolean awaits(long router) {
    return open.values().stream().anyMatch(q -> q.unanswered().contains(router));
  }

  /** Whether a router that came anew has still to replay all (R3). */
  boolean awaitsAsNew(long router) {
    return !open.isEmpty()
        && open.values().stream()
            .anyMatch(q -> q.cause().equals(NO_CAUSE) && q.unanswered().contains(router));
  }

  /**
   * Whether one is open that this sampler alone has asked: no hold waits for it, so it says of
   * none.
   */
  boolean isAnyOfNewRouters() {
    return open.values().stream().anyMatch(q -> q.cause().equals(NO_CAUSE));
  }

  /** Whether one is open for slots gained in {@code epoch} or before. */
  boolean isOpenUpTo(EpochOrder epoch) {
    return open.values().stream().anyMatch(q -> q.cause().compareTo(epoch) <= 0)
        || unasked.values().stream().anyMatch(q -> q.cause().compareTo(epoch) <= 0);
  }

  /** Bits of routers that have not answered all. */
  Set<Long> waitingFor() {
    Set<Long> routersAsked = new TreeSet<>();
    open.values().forEach(q -> routersAsked.addAll(q.unanswered()));
    return routersAsked;
  }

  /** Those that somebody can answer. */
  int open() {
    return open.size();
  }

  /** How many answers are missing. */
  int unanswered() {
    int answers = 0;
    for (Open question : open.values()) {
      answers += question.unanswered().size();
    }
    return answers;
  }
}
