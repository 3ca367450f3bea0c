package io.ringtail.admin;

import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ChangePlan;
import io.ringtail.admin.v1.Holding;
import io.ringtail.admin.v1.Holdings;
import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Receiver;
import io.ringtail.cluster.Member;
import io.ringtail.ring.RingMember;
import io.ringtail.wording.Counted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a change would move and why it should not be made, from what samplers hold now. Pure.
 *
 * @param change drain, undrain or weight
 * @param target the member it is about
 * @param moves of slots
 * @param statuses by node id, of all samplers that answered
 * @param holdings by node id, likewise
 * @param silent samplers that did not
 */
record ChangePlans(
    Change change,
    Member target,
    SlotMoves moves,
    Map<String, NodeStatus> statuses,
    Map<String, Holdings> holdings,
    List<String> silent) {
  /** Why a change cannot be made of any node; what needs no table. */
  static Optional<String> whyNever(Change change) {
    int weight = change.getSetWeight().getWeight();
    return change.hasSetWeight() && (weight < 1 || weight > RingMember.MAX_WEIGHT)
        ? Optional.of(
            "weight "
                + Integer.toUnsignedLong(weight)
                + " (expected 1 to "
                + RingMember.MAX_WEIGHT
                + ")")
        : Optional.empty();
  }

  ChangePlan plan() {
    ChangePlan.Builder plan = ChangePlan.newBuilder().setChange(change);
    whyImpossible().ifPresent(plan::setImpossible);
    if (!plan.getImpossible().isEmpty()) {
      return plan.build();
    }
    Map<String, Holding.Builder> receivers = receivers();
    receivers.values().forEach(r -> add(plan, r));
    return plan.addAllObjections(objections(plan)).build();
  }

  /** Why it cannot be done at all; what needs no answers of others comes first. */
  private Optional<String> whyImpossible() {
    String id = target.nodeId();
    NodeStatus status = statuses.get(id);
    if (status == null) {
      return Optional.of(id + " did not answer, and only it can change itself");
    }
    if (status.getState() == MemberState.DRAINING && !status.getDrainedByOperator()) {
      return Optional.of(id + " drains because it stops, which cannot be taken back");
    }
    boolean nobodyLeft = change.hasDrain() && target.ownsSlots() && moves.owners() == 0;
    return nobodyLeft
        ? Optional.of("no sampler would be left to take the slots of " + id)
        : Optional.empty();
  }

  private Map<String, Holding.Builder> receivers() {
    Map<String, Holding.Builder> receivers = new TreeMap<>();
    moves
        .gained()
        .forEach(
            (id, slots) -> receivers.put(id, Holding.newBuilder().setNodeId(id).setSlots(slots)));
    for (Holdings of : holdings.values()) {
      for (Holding h : of.getHoldingsList()) {
        Holding.Builder to = receivers.get(h.getNodeId());
        if (to != null) { // else by another epoch's table
          to.setTraces(to.getTraces() + h.getTraces()).setBytes(to.getBytes() + h.getBytes());
        }
      }
    }
    return receivers;
  }

  private void add(ChangePlan.Builder plan, Holding.Builder receiver) {
    Receiver.Builder to =
        Receiver.newBuilder()
            .setNodeId(receiver.getNodeId())
            .setSlots(receiver.getSlots())
            .setBytes(receiver.getBytes());
    NodeStatus status = statuses.get(receiver.getNodeId());
    if (status != null) {
      Level now = status.getSampler().getBufferedBytes();
      long gives =
          holdings
              .getOrDefault(receiver.getNodeId(), Holdings.getDefaultInstance())
              .getHoldingsList()
              .stream()
              .mapToLong(Holding::getBytes)
              .sum();
      to.setBufferedBytesAfter(
          now.toBuilder().setUsed(Math.max(0, now.getUsed() - gives) + receiver.getBytes()));
    }
    plan.addReceivers(to)
        .setSlotsMoved(plan.getSlotsMoved() + receiver.getSlots())
        .setTracesMoved(plan.getTracesMoved() + receiver.getTraces())
        .setBytesMoved(plan.getBytesMoved() + receiver.getBytes());
  }

  private List<String> objections(ChangePlan.Builder plan) {
    List<String> objections = new ArrayList<>();
    plan.getReceiversList().forEach(r -> overfull(r).ifPresent(objections::add));
    int least = statuses.values().stream().mapToInt(NodeStatus::getMinSamplers).max().orElse(0);
    if (change.hasDrain() && target.ownsSlots() && moves.owners() < least) {
      objections.add(
          Counted.of(moves.owners(), "sampler")
              + " would be left, fewer than cluster.min-samplers, "
              + least
              + ": nobody would decide");
    }
    if (!silent.isEmpty()) {
      objections.add(
          String.join(", ", silent) + " did not answer: what they hold is not in these figures");
    }
    return objections;
  }

  /** What a receiver would pass its high water by is decided before its time. */
  private Optional<String> overfull(Receiver receiver) {
    Level after = receiver.getBufferedBytesAfter();
    NodeStatus status = statuses.get(receiver.getNodeId());
    long said = status == null ? 0 : status.getSampler().getHighWaterBytes();
    long highWater = said == 0 ? after.getCapacity() : said;
    if (highWater == 0 || after.getUsed() <= highWater) {
      return Optional.empty();
    }
    return Optional.of(
        receiver.getNodeId()
            + " would hold "
            + after.getUsed()
            + " bytes, above its high water of "
            + highWater
            + ": it would decide traces early, or refuse spans");
  }
}
