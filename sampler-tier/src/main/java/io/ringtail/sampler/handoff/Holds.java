package io.ringtail.sampler.handoff;

import io.ringtail.cluster.Completion;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.ring.SlotSet;
import io.ringtail.rules.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which slots may not be decided yet, and why (protocol O1, O3, O5). Pure. Threads: the handoff's.
 *
 * <p>A hold waits for the word of each other sampler of the epoch of the gain, and for the answers
 * to the questions asked for it. Whatever of it is lost again before it is over is either
 * <em>unfinished</em> at once (a replay was waited for: the next owner must ask, O2), or becomes a
 * shadow, which waits for the same words: until it is over this sampler does not say complete for
 * the epoch of that loss. So an owner need only look at words for its own gain or later: each one
 * before it has looked at its own.
 */
final class Holds {
  private static final int REMEMBERED = 256;

  private final Questions questions;
  private final long timeoutNanos;
  private final long leaseNanos;
  private final boolean holdsGains;
  private final List<Hold> holds = new ArrayList<>();
  private final List<Shadow> shadows = new ArrayList<>();
  private final Map<Long, Completion> words = new HashMap<>();
  private final TreeSet<EpochOrder> unfinished = new TreeSet<>();
  private SlotSet held = SlotSet.NONE;
  private long timeouts;

  /**
   * @param lostIn the epoch in which its slots went
   */
  private record Shadow(Hold of, EpochOrder lostIn) {}

  Holds(Questions questions, KeeperConfig config) {
    this.questions = questions;
    this.timeoutNanos = config.holdTimeoutNanos();
    this.leaseNanos = config.leaseNanos();
    this.holdsGains = config.rules().inForce(Rule.O1);
  }

  /**
   * An epoch comes into use, before what is gained in it and after its routers are asked what
   * waited for one: others may come a moment later. Whom it lost will say nothing any more, and
   * what is not this sampler's any more is not held. Where one is lost that a hold waits for, it is
   * asked for what goes in the same epoch, too: who owns that now asks only when it has heard that
   * it is unfinished, may be lost before, and is not waited for if it comes later than the loss;
   * until the answer this sampler does not say that it needs nothing of who was lost (M6).
   *
   * @param own slots in {@code epoch}
   * @param named samplers in it, by bits
   */
  void onEpoch(EpochOrder epoch, SlotSet own, Set<Long> named, long nowNanos) {
    words.keySet().retainAll(named);
    for (Iterator<Shadow> i = shadows.iterator(); i.hasNext(); ) {
      Shadow shadow = i.next();
      if (losesOne(shadow.of(), named)) {
        unfinished(shadow.lostIn());
        i.remove();
      }
    }
    for (Hold hold : holds) {
      boolean asks = losesOne(hold, named);
      if (asks) {
        ask(hold, hold.slots);
      }
      if (asks || hold.questions.stream().anyMatch(questions::isAskedAtLast)) {
        hold.notBeforeNanos = nowNanos + leaseNanos;
        hold.progressNanos = nowNanos;
      }
      SlotSet gone = hold.slots.without(own);
      if (!gone.isEmpty()) {
        hold.slots = hold.slots.and(own);
        boolean replays = !isAnswered(hold) || nowNanos < hold.notBeforeNanos;
        loseSlots(hold, gone, epoch, replays);
      }
    }
    holds.removeIf(hold -> hold.slots.isEmpty());
    refresh();
  }

  /**
   * Takes those not named off what is waited for; returns whether there was one. Who has drained is
   * waited for if its last word was not heard: it may have been *unfinished*.
   */
  private static boolean losesOne(Hold hold, Set<Long> named) {
    return hold.samplers.retainAll(named);
  }

  private void loseSlots(Hold hold, SlotSet gone, EpochOrder epoch, boolean replays) {
    if (replays) {
      unfinished(epoch);
    } else if (!hold.samplers.isEmpty()) {
      shadows.add(new Shadow(hold.shadow(gone), epoch));
    }
  }

  /**
   * An epoch came out of turn (E3): what this sampler owned in one between, and not any more, it
   * has not waited for, so the next owner must ask (O2). So it must for what was lost before, and
   * no shadow stays: nobody may hear how far this sampler was before the gap, and who it waits for
   * may wait for that.
   */
  void skipped(EpochOrder epoch) {
    unfinished(epoch);
    shadows.forEach(shadow -> unfinished(shadow.lostIn()));
    shadows.clear();
  }

  private void unfinished(EpochOrder epoch) {
    unfinished.add(epoch);
    if (unfinished.size() > REMEMBERED) {
      unfinished.pollFirst();
    }
  }

  /**
   * Slots are this sampler's that were not before.
   *
   * @param samplers all others the epoch names, by bits
   * @param ask whether routers are to replay them: their owner was lost, or nobody knows
   * @param loss whether one that was lost may still decide them for a while
   */
  void gain(
      EpochOrder epoch,
      SlotSet slots,
      Set<Long> samplers,
      boolean ask,
      boolean loss,
      long nowNanos) {
    if (slots.isEmpty()) {
      return;
    }
    Hold hold = new Hold(epoch, slots, samplers, nowNanos);
    holds.add(hold);
    if (ask) {
      ask(hold, slots);
    }
    if (loss) {
      hold.notBeforeNanos = nowNanos + leaseNanos;
    }
    words.values().forEach(word -> hear(hold, word, nowNanos));
    refresh();
  }

  private void ask(Hold hold, SlotSet slots) {
    hold.questions.add(questions.askAll(slots, hold.gain));
    hold.asked = hold.asked.or(slots);
  }

  /**
   * Routers are named that were not before, and are asked for all this sampler owns. No hold is
   * made for that; but one that waits for other routers' answers, or for the lease of who was lost,
   * waits for theirs, too: of a first epoch some may come a little later (E1).
   */
  void alsoAwait(long question) {
    for (Hold hold : holds) {
      if (!hold.asked.isEmpty()) {
        hold.questions.add(question);
      }
    }
  }

  /** How far others are; words heard before are no progress. */
  void onCompletions(Collection<Completion> heard, long nowNanos) {
    for (Completion word : heard) {
      Completion before = words.get(word.samplerBits());
      if (before != null && before.upTo().compareTo(word.upTo()) > 0) {
        continue;
      }
      words.put(word.samplerBits(), word);
      holds.forEach(hold -> hear(hold, word, nowNanos));
      shadows.removeIf(shadow -> hear(shadow, word, nowNanos));
    }
  }

  private void hear(Hold hold, Completion word, long nowNanos) {
    if (!hold.isAnsweredBy(word)) {
      return;
    }
    hold.samplers.remove(word.samplerBits());
    hold.progressNanos = nowNanos;
    SlotSet unasked = hold.isLeftUnfinishedBy(word) ? hold.slots.without(hold.asked) : SlotSet.NONE;
    if (!unasked.isEmpty()) {
      ask(hold, unasked);
      hold.notBeforeNanos = nowNanos + leaseNanos; // whoever was lost then may be so only just
    }
  }

  /** Returns whether the shadow is over. */
  private boolean hear(Shadow shadow, Completion word, long nowNanos) {
    if (!shadow.of().isAnsweredBy(word)) {
      return false;
    }
    if (shadow.of().isLeftUnfinishedBy(word)) {
      unfinished(shadow.lostIn());
      return true;
    }
    shadow.of().samplers.remove(word.samplerBits());
    shadow.of().progressNanos = nowNanos;
    return shadow.of().samplers.isEmpty();
  }

  /** Something came for these slots, or could not for want of bytes that are being freed. */
  void onProgress(SlotSet slots, long nowNanos) {
    if (slots.isEmpty()) {
      return;
    }
    holds.forEach(hold -> hold.onProgress(slots, nowNanos));
    shadows.forEach(shadow -> shadow.of().onProgress(slots, nowNanos));
  }

  /** A router has answered a question. */
  void onReplayed(long question, long nowNanos) {
    for (Hold hold : holds) {
      if (hold.questions.contains(question)) {
        hold.progressNanos = nowNanos;
      }
    }
  }

  /** Ends what is over. */
  void onTick(long nowNanos) {
    if (holds.removeIf(hold -> isOver(hold, nowNanos))) {
      refresh();
    }
    for (Iterator<Shadow> i = shadows.iterator(); i.hasNext(); ) {
      Shadow shadow = i.next();
      if (nowNanos - shadow.of().progressNanos >= timeoutNanos) {
        unfinished(shadow.lostIn());
        i.remove();
      }
    }
  }

  private boolean isOver(Hold hold, long nowNanos) {
    if (hold.samplers.isEmpty() && isAnswered(hold) && nowNanos >= hold.notBeforeNanos) {
      return true;
    }
    if (nowNanos - hold.progressNanos < timeoutNanos) {
      return false;
    }
    if (!awaitsARouter(hold)) {
      timeouts++;
    }
    return true;
  }

  /** Whether it waits for nothing but a router that could be asked: then nothing comes, either. */
  private boolean awaitsARouter(Hold hold) {
    return hold.samplers.isEmpty()
        && hold.questions.stream().allMatch(q -> questions.isAnswered(q) || questions.isUnasked(q))
        && !isAnswered(hold);
  }

  private boolean isAnswered(Hold hold) {
    return hold.questions.stream().allMatch(questions::isAnswered);
  }

  private void refresh() {
    if (!holdsGains) {
      return;
    }
    held = holds.stream().map(hold -> hold.slots).reduce(SlotSet.NONE, SlotSet::or);
  }

  /** All slots that may not be decided; the same object until they change. */
  SlotSet held() {
    return held;
  }

  /** Newest epoch up to {@code limit} in which a slot went whose replay was waited for (O2). */
  EpochOrder unfinishedUpTo(EpochOrder limit) {
    EpochOrder newest = unfinished.floor(limit);
    return newest == null ? EpochOrder.NONE : newest;
  }

  /** Whether it is not known yet if all that was lost in {@code epoch} was whole. */
  boolean isUnsure(EpochOrder epoch) {
    return shadows.stream().anyMatch(shadow -> shadow.lostIn().compareTo(epoch) <= 0);
  }

  /** Whether slots gained in {@code epoch} or before are still held: a replay may yet be asked. */
  boolean anyGainedUpTo(EpochOrder epoch) {
    return holds.stream().anyMatch(hold -> hold.gain.compareTo(epoch) <= 0);
  }

  boolean isEmpty() {
    return holds.isEmpty();
  }

  /** Bits of samplers that have not said all that holds wait for. */
  Set<Long> waitingFor() {
    Set<Long> samplers = new TreeSet<>();
    holds.forEach(hold -> samplers.addAll(hold.samplers));
    return samplers;
  }

  /** Those that wait for anything but the first router to come. */
  int count() {
    int count = 0;
    for (Hold hold : holds) {
      count += awaitsARouter(hold) ? 0 : 1;
    }
    return count;
  }

  /** Holds that ended by O5: each a possible split. */
  long timeouts() {
    return timeouts;
  }

  /** How long the oldest hold has lasted; 0 without one. */
  long oldestNanos(long nowNanos) {
    long oldest = 0;
    for (Hold hold : holds) {
      oldest = Math.max(oldest, nowNanos - hold.sinceNanos);
    }
    return oldest;
  }
}
