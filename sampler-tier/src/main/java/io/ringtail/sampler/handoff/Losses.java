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
import org.jspecify.annotations.Nullable;

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

  /** The newest word about this sampler itself; null before the first. */
  private SamplerWord.@Nullable NeedsNothing saidOfSelf;

  /**
   * @param neededIn what is needed of it is needed for slots gained in that epoch, or before
   */
  private record Loss(SamplerWord.NeedsNothing word, EpochOrder neededIn, boolean ofSelf) {}

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
    needed.add(new Loss(word(sampler, epoch), epoch, false));
  }

  /**
   * An epoch names this sampler, after {@link #gone} was called for it. Who came and was lost in
   * epochs that this sampler, or a router, has skipped may be unknown here or there. So in an epoch
   * in which nobody has gone, a word about this sampler itself tells up to where it needs nothing.
   *
   * @param self as {@code epoch} names it
   */
  void goesOn(Member self, EpochOrder epoch) {
    if (needed.stream().noneMatch(loss -> loss.word().epoch().equals(epoch))) {
      needed.add(new Loss(word(self, epoch), epoch, true));
    }
  }

  /**
   * Samplers own slots again after an epoch in which none did (protocol S3): what was lost
   * meanwhile is needed by who gains it now, and not before that nothing was said of it.
   */
  void areNeededIn(EpochOrder epoch) {
    needed.replaceAll(loss -> new Loss(loss.word(), epoch, loss.ofSelf()));
  }

  private static SamplerWord.NeedsNothing word(Member of, EpochOrder epoch) {
    return new SamplerWord.NeedsNothing(of.nodeId(), of.incarnation(), epoch);
  }

  /**
   * Says what can be said.
   *
   * @param mayNeed whether something of a loss in that epoch may still be needed
   */
  void say(Predicate<EpochOrder> mayNeed) {
    for (Iterator<Loss> i = needed.iterator(); i.hasNext(); ) {
      Loss loss = i.next();
      if (!mayNeed.test(loss.neededIn())) {
        i.remove();
        remember(loss);
        named.stream()
            .filter(router -> !owesAnAnswer.test(router))
            .forEach(router -> routers.say(router, loss.word()));
      }
    }
  }

  private void remember(Loss loss) {
    if (loss.ofSelf()) {
      saidOfSelf = loss.word(); // what it said before is part of it
      return;
    }
    said.add(loss.word());
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
    if (saidOfSelf != null) {
      routers.say(router, saidOfSelf);
    }
  }
}
