package io.ringtail.router.route;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.ring.RingMember;
import io.ringtail.ring.RingTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Epochs and tables for tests: router {@code r} and samplers {@code s0}, {@code s1}, …. */
public final class Tables {
  public static final String ROUTER = "r";
  public static final long ROUTER_BITS = 11;

  private static final Map<Integer, RoutingTable> OF = new ConcurrentHashMap<>();

  private Tables() {}

  /** The same table each time: building one takes a while. */
  public static RoutingTable of(int samplers) {
    return OF.computeIfAbsent(samplers, Tables::make);
  }

  private static RoutingTable make(int samplers) {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < samplers; i++) {
      members.add(sampler("s" + i, i + 100));
    }
    return build(epoch(1, members));
  }

  public static RoutingTable build(Epoch epoch) {
    return RoutingTable.build(epoch, ROUTER, ROUTER_BITS, 0);
  }

  /** Each follows the one numbered before it. */
  public static Epoch epoch(long number, List<Member> samplers) {
    List<Member> all = new ArrayList<>(samplers);
    all.add(router());
    all.sort(Comparator.comparing(Member::nodeId));
    long checksum =
        RingTable.build(
                samplers.stream()
                    .filter(Member::ownsSlots)
                    .map(m -> new RingMember(m.nodeId(), m.weight()))
                    .toList())
            .checksum();
    EpochOrder before = number == 1 ? EpochOrder.NONE : new EpochOrder(1, number - 1);
    return new Epoch(
        new EpochOrder(1, number), "s0", all, checksum, before, List.of(), "s0", List.of());
  }

  public static Member router() {
    return member(ROUTER, ROUTER_BITS, Member.Role.ROUTER, 0);
  }

  public static Member sampler(String nodeId, long bits) {
    return member(nodeId, bits, Member.Role.SAMPLER, 100);
  }

  public static Member sampler(String nodeId, long bits, String linkAddress) {
    return member(nodeId, bits, Member.Role.SAMPLER, 100, linkAddress);
  }

  private static Member member(String nodeId, long bits, Member.Role role, int weight) {
    String address = role == Member.Role.SAMPLER ? "127.0.0.1:1" : "";
    return member(nodeId, bits, role, weight, address);
  }

  private static Member member(
      String nodeId, long bits, Member.Role role, int weight, String linkAddress) {
    return new Member(
        nodeId,
        new Incarnation(new EpochOrder(1, 1), bits),
        role,
        Member.State.ACTIVE,
        weight,
        linkAddress,
        "",
        "",
        1);
  }
}
