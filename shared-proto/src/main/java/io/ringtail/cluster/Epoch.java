package io.ringtail.cluster;

import java.util.List;
import java.util.Optional;

/**
 * One numbered state of the cluster: who is in it, from which the table of owners follows. All
 * nodes compute the table from {@link #members}; its checksum travels along so that a node whose
 * own differs notices (protocol E1, E5). Immutable.
 *
 * @param order where it stands
 * @param coordinator node id of who made it
 * @param members all members, routers included, sorted by node id; who is DRAINING says so there
 * @param tableChecksum checksum of the ring table of the members that own slots; 0 if there are
 *     none
 * @param predecessor order of the epoch before it in its chain; {@link EpochOrder#NONE} if first
 * @param lost members of the predecessor that left without a word
 * @param predecessorCoordinator node id of who made the predecessor: two sides of a partition may
 *     make epochs of the same order; empty if first
 * @param predecessorMembers members of the predecessor, for a node that joins with this one
 */
public record Epoch(
    EpochOrder order,
    String coordinator,
    List<Member> members,
    long tableChecksum,
    EpochOrder predecessor,
    List<Member> lost,
    String predecessorCoordinator,
    List<Member> predecessorMembers) {
  public Epoch {
    members = List.copyOf(members);
    lost = List.copyOf(lost);
    predecessorMembers = List.copyOf(predecessorMembers);
  }

  /** The first of a chain, or one of which only the lost matter. */
  public Epoch(
      EpochOrder order,
      String coordinator,
      List<Member> members,
      long tableChecksum,
      EpochOrder predecessor,
      List<Member> lost) {
    this(order, coordinator, members, tableChecksum, predecessor, lost, "", List.of());
  }

  /** Whether {@code o} is this epoch; orders alone do not tell after a partition. */
  public boolean sameAs(Epoch o) {
    return order.equals(o.order) && coordinator.equals(o.coordinator);
  }

  /** Whether it stands next after {@code o} in one chain. */
  public boolean follows(Epoch o) {
    return predecessor.equals(o.order) && predecessorCoordinator.equals(o.coordinator);
  }

  public Optional<Member> member(String nodeId) {
    return members.stream().filter(m -> m.nodeId().equals(nodeId)).findFirst();
  }

  /** Whether one of the members is the process with these bits. */
  public boolean names(long bits) {
    return memberWith(bits).isPresent();
  }

  public Optional<Member> memberWith(long bits) {
    return members.stream().filter(m -> m.incarnation().bits() == bits).findFirst();
  }

  public long activeSamplers() {
    int active = 0;
    for (Member m : members) { // asked for many times a second
      active += m.ownsSlots() ? 1 : 0;
    }
    return active;
  }

  /** Members of the predecessor that left with a word: what they held is with others. */
  public List<Member> drained() {
    return predecessorMembers.stream()
        .filter(p -> !lost.contains(p))
        .filter(p -> members.stream().noneMatch(m -> m.incarnation().equals(p.incarnation())))
        .toList();
  }
}
