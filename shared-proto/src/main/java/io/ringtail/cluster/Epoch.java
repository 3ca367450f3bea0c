package io.ringtail.cluster;

import java.util.List;

/**
 * One numbered state of the cluster: who is in it, from which the table of owners follows. All
 * nodes compute the table from {@link #members}; its checksum travels along so that a node whose
 * own differs notices (protocol E1, E5). Immutable.
 *
 * @param order where it stands
 * @param coordinator node id of who made it
 * @param members all members, routers included, sorted by node id
 * @param tableChecksum checksum of the ring table of the members that own slots; 0 if there are
 *     none
 * @param predecessor order of the epoch before it in its chain; {@link EpochOrder#NONE} if first
 * @param lost members of the predecessor that left without a word
 */
public record Epoch(
    EpochOrder order,
    String coordinator,
    List<Member> members,
    long tableChecksum,
    EpochOrder predecessor,
    List<Member> lost) {
  public Epoch {
    members = List.copyOf(members);
    lost = List.copyOf(lost);
  }
}
