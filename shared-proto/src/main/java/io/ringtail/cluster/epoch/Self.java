package io.ringtail.cluster.epoch;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.word.ClusterMessage;
import io.ringtail.cluster.word.ClusterMessage.Announce;
import io.ringtail.cluster.word.ClusterMessage.Drained;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What this node is to its cluster, and what it says of itself: a member, one that leaves with a
 * word, one the cluster has lost, one fenced by a newer start. Pure. Threads: one.
 */
final class Self {
  private final long bits;
  private Member member;
  private @Nullable Member wanted;
  private boolean leaving;
  private boolean lost;
  private @Nullable Member fencedBy;

  Self(Member member) {
    this.member = member;
    this.bits = member.incarnation().bits();
  }

  long bits() {
    return bits;
  }

  /** As it announces itself, with the incarnation the newest epoch gave it. */
  Member member() {
    return member;
  }

  boolean isLeaving() {
    return leaving;
  }

  boolean isLost() {
    return lost;
  }

  boolean isFenced() {
    return fencedBy != null;
  }

  /** Whether it may ask for a lease: a lost one has nothing to ask for. */
  boolean mayHaveLease() {
    return member.role() == Member.Role.SAMPLER && !lost && fencedBy == null;
  }

  void update(Member newSelf) {
    wanted = newSelf;
  }

  /**
   * Says no other thing before the newest epoch has the last one. What comes and goes meanwhile, as
   * a drain, an end of it and a stop, would else be an epoch that gives it slots and one that takes
   * them, and it would take an epoch of before both for the last of these.
   *
   * @return whether it says something else now
   */
  boolean goOn(Optional<Epoch> newest) {
    Member next = wanted;
    boolean wasNamed = !member.incarnation().order().equals(EpochOrder.NONE);
    if (next == null || (wasNamed && !standsAsSaid(newest))) {
      return false;
    }
    wanted = null;
    member = next.withIncarnation(member.incarnation());
    return true;
  }

  /** Whether that epoch has it as it was last updated. */
  boolean isAsWanted(Optional<Epoch> newest) {
    return wanted == null && standsAsSaid(newest);
  }

  /** By what moves slots; other parts of a member an older coordinator may not know. */
  private boolean standsAsSaid(Optional<Epoch> newest) {
    return newest
        .flatMap(e -> e.memberWith(bits))
        .filter(m -> m.state() == member.state() && m.weight() == member.weight())
        .isPresent();
  }

  void leave() {
    leaving = true;
  }

  /**
   * @return whether it is fenced by that, and was not before
   */
  boolean fence(Member newer) {
    boolean mine = newer.nodeId().equals(member.nodeId()) && newer.incarnation().bits() != bits;
    boolean first = mine && fencedBy == null;
    if (first) {
      fencedBy = newer;
    }
    return first;
  }

  /**
   * Who was lost by one chain is not lost any more if one wins that names it (protocol P2).
   *
   * @return whether this epoch loses it
   */
  boolean isLostBy(Epoch applied) {
    Optional<Member> named = applied.memberWith(bits);
    if (named.isPresent()) {
      member = member.withIncarnation(named.get().incarnation());
      lost = false;
      return false;
    }
    if (!isLossOfSelf()) {
      return false;
    }
    lost = true;
    return true;
  }

  /** A router that was lost is named again: its log goes on. */
  private boolean isLossOfSelf() {
    boolean wasNamed = !member.incarnation().order().equals(EpochOrder.NONE);
    return wasNamed && !leaving && mayHaveLease();
  }

  /** What it says of itself to a coordinator, until {@link #isAsSaid}. */
  ClusterMessage word() {
    return leaving ? new Drained() : new Announce(member);
  }

  /** Whether the newest epoch has it as it says. */
  boolean isAsSaid(Optional<Epoch> newest) {
    if (fencedBy != null) {
      return true;
    }
    Optional<Member> named = newest.flatMap(e -> e.memberWith(bits));
    return leaving ? named.isEmpty() : named.equals(Optional.of(member));
  }
}
