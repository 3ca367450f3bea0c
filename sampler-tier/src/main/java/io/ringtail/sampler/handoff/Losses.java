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
import java.util.function.Predicate;

/**
 * Says to every router when this sampler needs nothing more of one that is gone (protocol M6), and
 * again on every new link. Those that left with a word are told too: a router that missed epochs
 * takes them for lost. Pure. Threads: the handoff's.
 */
final class Losses {
  private static final int REMEMBERED = 64;

  private final Routers routers;
  private final List<Loss> needed = new ArrayList<>();
  private final Deque<SamplerWord.NeedsNothing> said = new ArrayDeque<>();
  private Set<Long> named = Set.of();

  private record Loss(SamplerWord.NeedsNothing word, EpochOrder epoch) {}

  Losses(Routers routers) {
    this.routers = routers;
  }

  /** The routers of the newest epoch; one that was not in that before has not been told. */
  void onRouters(Set<Long> nowNamed) {
    Set<Long> before = named;
    named = new TreeSet<>(nowNamed);
    named.stream().filter(router -> !before.contains(router)).forEach(this::tell);
  }

  /** A sampler is no longer named. */
  void gone(Member sampler, EpochOrder epoch) {
    needed.add(
        new Loss(new SamplerWord.NeedsNothing(sampler.nodeId(), sampler.incarnation()), epoch));
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
        named.forEach(router -> routers.say(router, loss.word()));
      }
    }
  }

  private void remember(SamplerWord.NeedsNothing word) {
    said.add(word);
    if (said.size() > REMEMBERED) {
      said.remove();
    }
  }

  /** Says again what was said: on a new link, and whenever the router may not have counted it. */
  void tell(long router) {
    said.forEach(word -> routers.say(router, word));
  }
}
