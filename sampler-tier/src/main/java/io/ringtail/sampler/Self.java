package io.ringtail.sampler;

import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.link.Peer;
import java.security.SecureRandom;

/**
 * Who a sampler is in its cluster: one node as long as it runs, and after each time it was lost
 * another incarnation. Threads: any.
 */
final class Self {
  private final String nodeId;
  private final SecureRandom random = new SecureRandom();
  private volatile Incarnation incarnation = unnamed();

  Self(String nodeId) {
    this.nodeId = nodeId;
  }

  /** Until an epoch names it. */
  private Incarnation unnamed() {
    return new Incarnation(EpochOrder.NONE, random.nextLong());
  }

  String nodeId() {
    return nodeId;
  }

  Incarnation incarnation() {
    return incarnation;
  }

  Peer peer() {
    return new Peer(nodeId, incarnation);
  }

  boolean is(Member member) {
    return member.incarnation().bits() == incarnation.bits();
  }

  /** An epoch names it: perhaps again, after one chain had lost it. */
  void named(Incarnation byEpoch) {
    incarnation = byEpoch;
  }

  /** Returns the other one that it is from now on. */
  Incarnation comeBack() {
    Incarnation next = unnamed();
    incarnation = next;
    return next;
  }
}
