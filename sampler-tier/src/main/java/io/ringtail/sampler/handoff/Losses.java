package io.ringtail.sampler.handoff;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.link.SamplerWord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.function.Predicate;

/**
 * Says to every router when this sampler needs nothing more of one that is gone (protocol M6), and
 * again on every new link. Those that left with a word are told too: a router that missed epochs
 * takes them for lost. Pure. Threads: the handoff's.
 */
final class Losses {
  /** More than go while one router has no link; an epoch names some hundreds at most. */
  private static final int REMEMBERED = 4096;

  private final Routers routers;
  private final LongPredicate owesAnAnswer;
  private final List<Loss> needed = new ArrayList<>();
  private final Deque<SamplerWord.NeedsNothing> said = new ArrayDeque<>();
  private Set<Long> named = Set.of();

  private record Loss(SamplerWord.NeedsNothing word, EpochOrder epoch) {}

  /**
   * @param owesAnAnswer whether a router has still to answer a question: until then it is told
   *     nothing, or it could forget what it is asked for
   */
  Losses(Routers routers, LongPredicate owesAnAnswer) {
    this.routers = routers;
    this.owesAnAnswer = owesAnAnswer;
  }

  /** The routers of the newest epoch. */
  void onRouters(Set<Long> nowNamed) {
    named = new TreeSet<>(nowNamed);
  }

  /** A sampler is no longer named. */
  void gone(Member sampler, EpochOrder epoch) {
    needed.add(
        new Loss(
            new SamplerWord.NeedsNothing(sampler.nodeId(), sampler.incarnation(), epoch), epoch));
  }

  /**
   * Epochs were skipped: who came and was lost in them is not known here, but waited for by routers
   * all the same. A word about this sampler itself tells them up to which epoch it needs nothing.
   *
   * @param self as {@code epoch} names it
   */
  void skipped(Member self, EpochOrder epoch) {
    gone(self, epoch);
  }

  /**
   * Says what can be said.
   *
   * @param mayNeed whether something of a loss in that epoch may still be needed
   */
  void say(Predicate<EpochOrder> mayNeed) {
    for (Iterator<Loss> i = needed.iterator(); i.hasNext(); ) {
      Loss loss = i.next();
      if (!mayNeed.test(loss.epoch())) {
        i.remove();
        remember(loss.word());
        named.stream()
            .filter(router -> !owesAnAnswer.test(router))
            .forEach(router -> routers.say(router, loss.word()));
      }
    }
  }

  private void remember(SamplerWord.NeedsNothing word) {
    said.add(word);
    if (said.size() > REMEMBERED) {
      said.remove();
    }
  }

  /**
   * Says again what was said: on a new link, and when a router has answered all it was asked: one
   * newly named has not been told, one that changed chain has not counted it. Nor may one hear it
   * that is not named: it will be asked when it is.
   */
  void tell(long router) {
    if (!named.contains(router) || owesAnAnswer.test(router)) {
      return;
    }
    said.forEach(word -> routers.say(router, word));
  }
}
