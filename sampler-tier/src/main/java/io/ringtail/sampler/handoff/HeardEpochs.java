package io.ringtail.sampler.handoff;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import java.util.TreeSet;

/**
 * Epochs that routers have had in use, by their own word (protocol A5), and this sampler has not.
 * Pure. Threads: the handoff's.
 *
 * <p>Those of one chain come in turn. So one that lies between an epoch and its predecessor is of
 * another chain, in which slots were others' for a while: what these accepted has been handed over
 * to nobody, and this sampler has to ask for it as after a gap (E3). It happens to the last of
 * several samplers: it has not heard of the epochs of a coordinator that died, nor does its view
 * answer it, so it goes on with an older one.
 */
final class HeardEpochs {
  private static final int REMEMBERED = 64;

  private final TreeSet<EpochOrder> heard = new TreeSet<>();

  void add(EpochOrder order) {
    heard.add(order);
    if (heard.size() > REMEMBERED) {
      heard.pollLast(); // the lowest are the next to be met
    }
  }

  /** Whether {@code next} passes over an epoch that a router has had in use. */
  boolean isPassedOverBy(Epoch next) {
    return !heard.isEmpty()
        && !heard.subSet(next.predecessor(), false, next.order(), false).isEmpty();
  }

  /** What is not above an epoch in use is not looked for any more. */
  void onUse(EpochOrder order) {
    heard.headSet(order, true).clear();
  }
}
