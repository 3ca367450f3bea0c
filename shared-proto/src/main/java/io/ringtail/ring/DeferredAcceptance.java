package io.ringtail.ring;

import io.ringtail.trace.TraceHash;
import java.util.List;

/**
 * Matches slots with members: each slot goes down its preferences, each member keeps its best
 * claims up to its cap (Gale and Shapley 1962). Threads: one.
 */
final class DeferredAcceptance {
  /*
   * Both sides rank a pair by the one cost, ties by node id for slots and by slot for members: strict
   * and aligned, so there is exactly one stable matching, the greedy one over all pairs by cost. It
   * does not depend on the order of proposals, nor on any earlier table.
   */
  private static final int PERCENT = 103;

  private final Preferences preferences;
  private final Claims[] held;
  private final int[] caps;

  private DeferredAcceptance(Preferences preferences, int[] caps) {
    this.preferences = preferences;
    this.caps = caps;
    held = new Claims[caps.length];
    for (int m = 0; m < caps.length; m++) {
      held[m] = new Claims(caps[m]);
    }
  }

  /** The owner of each slot, as an index into the members. */
  static short[] match(Preferences preferences, int[] caps) {
    DeferredAcceptance acceptance = new DeferredAcceptance(preferences, caps);
    for (int slot = 0; slot < TraceHash.SLOTS; slot++) {
      acceptance.propose(slot);
    }
    return acceptance.owners();
  }

  /** The most slots each member may own; together at least all. */
  static int[] caps(List<RingMember> members) {
    long total = members.stream().mapToLong(RingMember::weight).sum();
    int[] caps = new int[members.size()];
    for (int m = 0; m < caps.length; m++) {
      caps[m] = cap(members.get(m).weight(), total);
    }
    return caps;
  }

  /** ⌊1.03 × fair⌋, but at least ⌈fair⌉: only so do small shares add up to all slots. */
  static int cap(int weight, long totalWeight) {
    long slots = (long) TraceHash.SLOTS * weight;
    long atLeast = (slots + totalWeight - 1) / totalWeight;
    return (int) Math.max(slots * PERCENT / (totalWeight * 100), atLeast);
  }

  private void propose(int slot) {
    int proposer = slot;
    long preference = preferences.next(proposer, Preferences.START);
    while (true) {
      int member = Preferences.member(preference);
      Claims claims = held[member];
      long claim = Claims.of(preference, proposer);
      if (claims.size() < caps[member]) {
        claims.add(claim);
        return;
      }
      long worst = claims.worst();
      if (claim < worst) {
        claims.replaceWorst(claim);
        proposer = Claims.slot(worst);
        preference = Claims.preference(worst, member);
      }
      preference = preferences.next(proposer, preference);
    }
  }

  private short[] owners() {
    short[] owners = new short[TraceHash.SLOTS];
    for (int m = 0; m < held.length; m++) {
      for (int i = 0; i < held[m].size(); i++) {
        owners[Claims.slot(held[m].at(i))] = (short) m;
      }
    }
    return owners;
  }
}
