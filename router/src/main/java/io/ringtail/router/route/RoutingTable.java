package io.ringtail.router.route;

import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Member;
import io.ringtail.ring.RingMember;
import io.ringtail.ring.RingTable;
import io.ringtail.ring.RingTables;
import io.ringtail.ring.SlotSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One epoch as the data path sees it: the owner of each slot, and whether this router may take
 * spans by it. Immutable; threads: any.
 */
public final class RoutingTable {
  private final Epoch epoch;
  private final RingTable ring;
  private final List<Member> owners;
  private final boolean namesRouter;
  private final String notReady;

  private RoutingTable(
      Epoch epoch, RingTable ring, List<Member> owners, boolean namesRouter, String notReady) {
    this.epoch = epoch;
    this.ring = ring;
    this.owners = owners;
    this.namesRouter = namesRouter;
    this.notReady = notReady;
  }

  /** As below, with a ring built anew. */
  public static RoutingTable build(Epoch epoch, String self, long selfBits, int minSamplers) {
    return build(epoch, new RingTables(1), self, selfBits, minSamplers);
  }

  /**
   * Builds the tables of an epoch; takes up to a second at hundreds of members, so not on the data
   * path.
   *
   * @param tables builds the ring
   * @param self node id of this router
   * @param selfBits random bits of its incarnation
   * @param minSamplers fewer active samplers than this and it is not ready
   */
  public static RoutingTable build(
      Epoch epoch, RingTables tables, String self, long selfBits, int minSamplers) {
    Map<String, Member> byNodeId = new HashMap<>();
    for (Member m : epoch.members()) {
      if (m.ownsSlots()) {
        byNodeId.put(m.nodeId(), m);
      }
    }
    RingTable ring = tables.of(epoch.members());
    List<Member> owners = new ArrayList<>();
    for (RingMember m : ring.members()) {
      owners.add(byNodeId.get(m.nodeId()));
    }
    boolean named =
        epoch.members().stream()
            .anyMatch(m -> m.nodeId().equals(self) && m.incarnation().bits() == selfBits);
    String notReady = whyNotReady(epoch, ring, named, minSamplers);
    return new RoutingTable(epoch, ring, List.copyOf(owners), named, notReady);
  }

  /** Protocol E5 and the last rule of A6. */
  private static String whyNotReady(Epoch epoch, RingTable ring, boolean named, int minSamplers) {
    if (!named) {
      return "epoch " + epoch.order() + " does not name this router";
    }
    if (ring.members().isEmpty()) {
      return "epoch " + epoch.order() + " has no active samplers";
    }
    if (ring.members().size() < minSamplers) {
      return "epoch "
          + epoch.order()
          + " has "
          + ring.members().size()
          + " active samplers (expected at least "
          + minSamplers
          + ")";
    }
    return checksumMatches(epoch, ring) ? "" : mismatch(epoch, ring);
  }

  private static boolean checksumMatches(Epoch epoch, RingTable ring) {
    return epoch.tableChecksum() == ring.checksum();
  }

  private static String mismatch(Epoch epoch, RingTable ring) {
    return "table of epoch "
        + epoch.order()
        + " has checksum "
        + Long.toHexString(ring.checksum())
        + " (expected "
        + Long.toHexString(epoch.tableChecksum())
        + ")";
  }

  public EpochOrder order() {
    return epoch.order();
  }

  public Epoch epoch() {
    return epoch;
  }

  /** The samplers that own slots, by owner index. */
  public List<Member> owners() {
    return owners;
  }

  public int ownerCount() {
    return owners.size();
  }

  /** Index into {@link #owners} of the owner of a slot: one array read. −1 if there are none. */
  public int ownerIndex(int slot) {
    return ring.ownerIndex(slot);
  }

  /** All slots of an owner; of nobody, if the index is below 0. */
  public SlotSet slotsOf(int owner) {
    return ring.slotsOf(owner);
  }

  /** Whether this node's own table is the one the coordinator computed (protocol E5). */
  public boolean checksumMatches() {
    return checksumMatches(epoch, ring);
  }

  /** Whether samplers know this router by this epoch. */
  public boolean namesRouter() {
    return namesRouter;
  }

  /** Why this router must not take spans by this table; empty if it may. */
  public Optional<String> whyNotReady() {
    return notReady.isEmpty() ? Optional.empty() : Optional.of(notReady);
  }
}
