package io.ringtail.cluster;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Checksum of the ring table of those members that own slots; remembers the last, since building a
 * table takes up to a second at 300 samplers and most epochs change none. Threads: one.
 */
public final class TableChecksum {
  private final ToLongFunction<List<Member>> ofOwners;
  private List<String> lastOwners = List.of();
  private long last;

  public TableChecksum(ToLongFunction<List<Member>> ofOwners) {
    this.ofOwners = ofOwners;
  }

  /** 0 if nobody owns slots. */
  public long of(List<Member> members) {
    List<Member> owners = members.stream().filter(Member::ownsSlots).toList();
    List<String> ring = owners.stream().map(m -> m.weight() + " " + m.nodeId()).toList();
    if (!ring.equals(lastOwners)) {
      last = ofOwners.applyAsLong(owners);
      lastOwners = ring;
    }
    return owners.isEmpty() ? 0 : last;
  }
}
