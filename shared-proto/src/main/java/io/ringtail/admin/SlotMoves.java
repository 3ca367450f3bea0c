package io.ringtail.admin;

import io.ringtail.admin.v1.Change;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.Member;
import io.ringtail.ring.RingMember;
import io.ringtail.ring.RingTable;
import io.ringtail.ring.RingTables;
import io.ringtail.ring.SlotSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which slots would change hands if a change were made. The table is a pure function of its
 * members, so every node finds the same. Building takes up to a second at 300 samplers. Threads:
 * any; immutable.
 */
public final class SlotMoves {
  private final RingTable before;
  private final RingTable after;

  private SlotMoves(RingTable before, RingTable after) {
    this.before = before;
    this.after = after;
  }

  /**
   * @param epoch in use
   * @param change a log level moves nothing
   * @param tables knows the epoch's own
   */
  public static SlotMoves of(Epoch epoch, Change change, RingTables tables) {
    List<Member> after = epoch.members().stream().map(m -> changed(m, change)).toList();
    return new SlotMoves(tables.of(epoch.members()), tables.of(after));
  }

  private static Member changed(Member m, Change change) {
    if (!m.nodeId().equals(change.getNodeId())) {
      return m;
    }
    return switch (change.getKindCase()) {
      case DRAIN -> m.withState(Member.State.DRAINING);
      case UNDRAIN -> m.withState(Member.State.ACTIVE);
      case SET_WEIGHT -> m.withWeight(change.getSetWeight().getWeight());
      case SET_LOG_LEVEL, KIND_NOT_SET -> m;
    };
  }

  /** Slots that a sampler would give up, by who would get them; none are left out. */
  public Map<String, SlotSet> from(String nodeId) {
    Map<String, SlotSet> moves = new TreeMap<>();
    SlotSet mine = before.slotsOf(before.indexOf(nodeId).orElse(-1));
    if (!mine.isEmpty()) {
      for (RingMember to : after.members()) {
        SlotSet gained = mine.and(after.slotsOf(after.indexOf(to.nodeId()).orElseThrow()));
        if (!to.nodeId().equals(nodeId) && !gained.isEmpty()) {
          moves.put(to.nodeId(), gained);
        }
      }
    }
    return moves;
  }

  /** Slots gained by each sampler that gains any. */
  public Map<String, Integer> gained() {
    Map<String, Integer> gained = new TreeMap<>();
    for (RingMember to : after.members()) {
      int slots = SlotSet.gained(before, after, to.nodeId()).size();
      if (slots > 0) {
        gained.put(to.nodeId(), slots);
      }
    }
    return gained;
  }

  /** Samplers that would own slots. */
  public int owners() {
    return after.members().size();
  }
}
