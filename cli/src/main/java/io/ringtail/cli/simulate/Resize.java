package io.ringtail.cli.simulate;

import io.ringtail.ring.RingMember;
import io.ringtail.ring.RingTable;
import io.ringtail.trace.TraceHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The difference between two rings.
 *
 * @param before members with their shares, sorted by node id
 * @param after the same after the resize
 * @param movedSlots slots that change their owner
 * @param unavoidableSlots what would have to move if all shares were exactly fair
 * @param mostGiven slots given away by the member that gives most
 * @param mostTaken slots taken by the member that takes most
 */
record Resize(
    Balance before,
    Balance after,
    int movedSlots,
    double unavoidableSlots,
    int mostGiven,
    int mostTaken) {

  /**
   * How evenly slots lie.
   *
   * @param members that own slots
   * @param largestShare most slots ÷ fair share, over all members
   * @param smallestShare fewest slots ÷ fair share
   */
  record Balance(int members, double largestShare, double smallestShare) {
    static Balance of(RingTable table) {
      int[] counts = table.slotCounts();
      Map<String, Double> fair = fair(table);
      double largest = 0;
      double smallest = counts.length == 0 ? 0 : Double.MAX_VALUE;
      for (int i = 0; i < counts.length; i++) {
        double share = counts[i] / fair.getOrDefault(table.members().get(i).nodeId(), 0.0);
        largest = Math.max(largest, share);
        smallest = Math.min(smallest, share);
      }
      return new Balance(counts.length, largest, smallest);
    }
  }

  static Resize of(List<RingMember> membersBefore, List<RingMember> membersAfter) {
    RingTable before = RingTable.build(membersBefore);
    RingTable after = RingTable.build(membersAfter);
    Map<String, Integer> given = new HashMap<>();
    Map<String, Integer> taken = new HashMap<>();
    int moved = 0;
    for (int slot = 0; slot < TraceHash.SLOTS; slot++) {
      String from = before.owner(slot).orElse("");
      String to = after.owner(slot).orElse("");
      if (!from.equals(to)) {
        moved++;
        given.merge(from, 1, Integer::sum);
        taken.merge(to, 1, Integer::sum);
      }
    }
    return new Resize(
        Balance.of(before),
        Balance.of(after),
        moved,
        unavoidable(fair(before), fair(after)),
        most(given),
        most(taken));
  }

  private static int most(Map<String, Integer> slots) {
    return slots.values().stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  private static Map<String, Double> fair(RingTable table) {
    double weights = table.members().stream().mapToDouble(RingMember::weight).sum();
    Map<String, Double> shares = new HashMap<>();
    table.members().forEach(m -> shares.put(m.nodeId(), m.weight() / weights * TraceHash.SLOTS));
    return shares;
  }

  private static double unavoidable(Map<String, Double> before, Map<String, Double> after) {
    List<Double> gains = new ArrayList<>();
    after.forEach((id, share) -> gains.add(Math.max(0, share - before.getOrDefault(id, 0.0))));
    return gains.stream().mapToDouble(Double::doubleValue).sum();
  }

  double movedShare() {
    return (double) movedSlots / TraceHash.SLOTS;
  }

  /** Slots moved ÷ what had to move; 1 if nothing had to and nothing did. */
  double movedToUnavoidable() {
    return unavoidableSlots == 0
        ? (movedSlots == 0 ? 1 : movedSlots)
        : movedSlots / unavoidableSlots;
  }

  /** Of all that is held, what the busiest sender or receiver of the resize has to move. */
  double busiestShare() {
    return (double) Math.max(mostGiven, mostTaken) / TraceHash.SLOTS;
  }
}
