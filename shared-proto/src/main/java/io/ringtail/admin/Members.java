package io.ringtail.admin;

import io.ringtail.admin.v1.EpochRef;
import io.ringtail.admin.v1.Member;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.Role;
import io.ringtail.cluster.Epoch;
import io.ringtail.ring.RingTable;
import io.ringtail.trace.TraceHash;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;

/** The cluster's records as the admin service has them. Pure. */
public final class Members {
  /** Routers first, as spans go; then by node id. */
  static final Comparator<Member> ORDER =
      Comparator.comparing(Member::getRoleValue).thenComparing(Member::getNodeId);

  private Members() {}

  /**
   * @param table computed here; its checksum, not the coordinator's, is told
   */
  public static EpochRef epoch(Epoch epoch, RingTable table) {
    return EpochRef.newBuilder()
        .setOrder(epoch.order() + "@" + epoch.coordinator())
        .setNumber(epoch.order().number())
        .setTableChecksum(HexFormat.of().toHexDigits(table.checksum()))
        .build();
  }

  public static Role role(io.ringtail.cluster.Member.Role role) {
    return switch (role) {
      case ROUTER -> Role.ROUTER;
      case SAMPLER -> Role.SAMPLER;
    };
  }

  public static MemberState state(io.ringtail.cluster.Member.State state) {
    return switch (state) {
      case JOINING -> MemberState.JOINING;
      case ACTIVE -> MemberState.ACTIVE;
      case DRAINING -> MemberState.DRAINING;
    };
  }

  /** All of an epoch, in {@link #ORDER}. */
  static List<Member> all(Epoch epoch, RingTable table) {
    int[] slots = table.slotCounts();
    return epoch.members().stream()
        .map(m -> member(m, table.indexOf(m.nodeId()), slots))
        .sorted(ORDER)
        .toList();
  }

  private static Member member(io.ringtail.cluster.Member m, OptionalInt index, int[] slots) {
    double share = index.isPresent() ? slots[index.getAsInt()] / (double) TraceHash.SLOTS : 0;
    return Member.newBuilder()
        .setNodeId(m.nodeId())
        .setRole(role(m.role()))
        .setState(state(m.state()))
        .setWeight(m.weight())
        .setZone(m.zone())
        .setLinkAddress(m.linkAddress())
        .setOpsAddress(m.adminAddress())
        .setIncarnation(m.incarnation().toString())
        .setProtocolVersion(m.protocolVersion())
        .setSlotShare(share)
        .build();
  }
}
