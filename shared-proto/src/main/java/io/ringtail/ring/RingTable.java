package io.ringtail.ring;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.Member;
import io.ringtail.trace.TraceHash;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The owner of each of the {@link TraceHash#SLOTS} slots: a pure function of the set of {node id,
 * weight}, the same bytes on every node. No member owns more than ⌊1.03 × its fair share⌋ slots (or
 * ⌈fair share⌉, if that is more, as below 34 slots it can be).
 *
 * <p>Building takes well under a second at 300 members and tens of megabytes while it lasts; do it
 * off the data path. A table takes 512 KiB. Threads: any; immutable.
 */
public final class RingTable {
  /** More would not fit an entry of the table, nor would it be quick. */
  public static final int MAX_MEMBERS = Short.MAX_VALUE;

  private static final short NOBODY = -1;

  private final List<RingMember> members;
  private final short[] owners;
  private final long checksum;
  private volatile @Nullable List<SlotSet> slotSets;

  private RingTable(List<RingMember> members, short[] owners) {
    this.members = members;
    this.owners = owners;
    this.checksum = members.isEmpty() ? 0 : Checksum.of(members, owners);
  }

  /**
   * Builds the table.
   *
   * @param members in any order
   * @throws IllegalArgumentException if a node id is there twice, or there are more than {@link
   *     #MAX_MEMBERS}
   */
  public static RingTable build(Collection<RingMember> members) {
    List<RingMember> sorted =
        members.stream().sorted(Comparator.comparing(RingMember::nodeId)).toList();
    requireDistinct(sorted);
    if (sorted.isEmpty()) {
      return new RingTable(sorted, nobody());
    }
    Preferences preferences = new Preferences(new Score(sorted));
    return new RingTable(
        sorted, DeferredAcceptance.match(preferences, DeferredAcceptance.caps(sorted)));
  }

  /** The table of an epoch: of its members that own slots. */
  public static RingTable of(Epoch epoch) {
    return of(epoch.members());
  }

  /** The table of those members that own slots (ACTIVE samplers); the rest are passed over. */
  public static RingTable of(Collection<Member> members) {
    return build(
        members.stream()
            .filter(Member::ownsSlots)
            .map(m -> new RingMember(m.nodeId(), m.weight()))
            .toList());
  }

  /** All members, sorted by node id ({@link String#compareTo}). */
  public List<RingMember> members() {
    return members;
  }

  /**
   * The owner of a slot as an index into {@link #members()}: one array read.
   *
   * @param slot 0 to {@link TraceHash#SLOTS} − 1, from {@link TraceHash#slot}
   * @return −1 if there are no members
   */
  public int ownerIndex(int slot) {
    return owners[slot];
  }

  /** The index of a member, empty if it owns nothing here. */
  public OptionalInt indexOf(String nodeId) {
    int low = 0;
    int high = members.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = members.get(middle).nodeId().compareTo(nodeId);
      if (order == 0) {
        return OptionalInt.of(middle);
      }
      low = order < 0 ? middle + 1 : low;
      high = order < 0 ? high : middle - 1;
    }
    return OptionalInt.empty();
  }

  /**
   * The slots of a member. The first call finds those of all in one pass over the table, a
   * millisecond, and they are remembered (16 KiB each): who asks for one mostly asks for all, on
   * threads that have other things to do.
   *
   * @param index into {@link #members()}; below 0 nobody, who owns nothing
   */
  public SlotSet slotsOf(int index) {
    if (index < 0) {
      return SlotSet.NONE;
    }
    List<SlotSet> known = slotSets;
    if (known == null) {
      known = SlotSet.byOwner(owners, members.size());
      slotSets = known;
    }
    return known.get(index);
  }

  /** The owner of a slot by name; for control paths. */
  public Optional<String> owner(int slot) {
    return members.isEmpty() ? Optional.empty() : Optional.of(members.get(owners[slot]).nodeId());
  }

  /** How many slots each member owns, by index. */
  public int[] slotCounts() {
    int[] counts = new int[members.size()];
    for (int slot = 0; !members.isEmpty() && slot < owners.length; slot++) {
      counts[owners[slot]]++;
    }
    return counts;
  }

  /** Of members, weights and owners; travels with every epoch. 0 only if there are no members. */
  public long checksum() {
    return checksum;
  }

  /** Builds the heirs; takes about as long as the table did, and as much memory meanwhile. */
  public HeirTable heirs() {
    if (members.size() < 2) {
      return new HeirTable(nobody());
    }
    // ranked again: kept, the preferences would hold 16 MiB for each of the epochs remembered
    Preferences preferences = new Preferences(new Score(members));
    return new HeirTable(HeirSearch.heirs(members, preferences, owners));
  }

  private static short[] nobody() {
    short[] owners = new short[TraceHash.SLOTS];
    Arrays.fill(owners, NOBODY);
    return owners;
  }

  private static void requireDistinct(List<RingMember> sorted) {
    if (sorted.size() > MAX_MEMBERS) {
      throw new IllegalArgumentException(
          "members: " + sorted.size() + " (expected at most " + MAX_MEMBERS + ")");
    }
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i).nodeId().equals(sorted.get(i - 1).nodeId())) {
        throw new IllegalArgumentException(
            "node id: \"" + sorted.get(i).nodeId() + "\" is there twice (expected once)");
      }
    }
  }
}
