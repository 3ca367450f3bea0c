package io.ringtail.cluster.epoch;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.cluster.word.ClusterMessage.Fence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whom a coordinator's next epoch should name: what those of its view say of themselves, and who of
 * two with one node id is to stop. Pure: no clock, no I/O. Threads: one.
 */
final class Roster {
  private final Map<Long, Member> announced = new HashMap<>();
  private final Set<Long> drained = new HashSet<>();

  void onView(ClusterView view) {
    announced.keySet().removeIf(bits -> !view.has(bits));
  }

  void clear() {
    announced.clear();
    drained.clear();
  }

  /**
   * @return whether that is news
   */
  boolean onAnnounce(long from, Member member) {
    return !member.equals(announced.put(from, member));
  }

  /**
   * @return whether that is news
   */
  boolean onDrained(long from) {
    return drained.add(from);
  }

  /** Those who left with a word are gone by the last epoch: of those out of view no more is due. */
  void onPublished(ClusterView view) {
    drained.removeIf(bits -> !view.has(bits));
  }

  boolean hasDrained(long bits) {
    return drained.contains(bits);
  }

  /**
   * Who should be named, by node id; who is new has no order yet.
   *
   * @param base the newest epoch of the chain
   */
  Map<String, Member> desired(ClusterView view, @Nullable Epoch base, List<Effect> effects) {
    Map<Long, Member> named = new HashMap<>();
    if (base != null) {
      base.members().forEach(m -> named.put(m.incarnation().bits(), m));
    }
    Map<String, Member> members = new HashMap<>();
    List<Member> strangers = new ArrayList<>();
    for (ClusterView.Peer p : view.peers()) {
      Member before = named.get(p.bits());
      Member said = announced.getOrDefault(p.bits(), before);
      if (said == null || drained.contains(p.bits())) {
        continue;
      }
      if (before == null && isStranger(said)) {
        strangers.add(said);
        continue;
      }
      EpochOrder order = before == null ? EpochOrder.NONE : before.incarnation().order();
      put(said.withIncarnation(new Incarnation(order, p.bits())), members, effects);
    }
    for (Member stranger : strangers) {
      Member newer = members.get(stranger.nodeId());
      if (newer != null) {
        fence(stranger, newer, effects);
      }
    }
    return members;
  }

  /** A sampler once named, and lost by this chain: it comes back as another (protocol L2). */
  private static boolean isStranger(Member said) {
    return said.role() == Member.Role.SAMPLER
        && !said.incarnation().order().equals(EpochOrder.NONE);
  }

  private void put(Member member, Map<String, Member> members, List<Effect> effects) {
    Member other = members.put(member.nodeId(), member);
    if (other == null) {
      return;
    }
    boolean laterWins = isNewer(other, member);
    Member newer = laterWins ? member : other;
    Member older = laterWins ? other : member;
    members.put(newer.nodeId(), newer);
    fence(older, newer, effects);
  }

  private void fence(Member older, Member newer, List<Effect> effects) {
    effects.add(new Effect.Send(older.incarnation().bits(), new Fence(newer)));
    announced.remove(older.incarnation().bits());
  }

  /**
   * Of two with one node id: by the orders they know of, else who joined later.
   *
   * @return whether it is the later in the view
   */
  private boolean isNewer(Member earlierInView, Member laterInView) {
    EpochOrder e = orderOf(earlierInView);
    EpochOrder l = orderOf(laterInView);
    boolean bothNamed = !e.equals(EpochOrder.NONE) && !l.equals(EpochOrder.NONE);
    return !bothNamed || e.compareTo(l) <= 0;
  }

  private EpochOrder orderOf(Member m) {
    Member said = announced.get(m.incarnation().bits());
    EpochOrder inChain = m.incarnation().order();
    return said == null || inChain.compareTo(said.incarnation().order()) > 0
        ? inChain
        : said.incarnation().order();
  }

  /**
   * Those of the newest epoch who are gone without a word that counts. A sampler's does not if that
   * epoch gave it slots: by one it had not heard of when it said so, from a coordinator that had
   * not heard of its drain; what others lost in it would be asked for by nobody (protocol S2).
   */
  List<Member> lost(List<Member> before, Map<String, Member> desired) {
    Set<Long> stay = new HashSet<>();
    desired.values().forEach(m -> stay.add(m.incarnation().bits()));
    return before.stream()
        .filter(m -> !stay.contains(m.incarnation().bits()))
        .filter(m -> m.ownsSlots() || !drained.contains(m.incarnation().bits()))
        .toList();
  }
}
