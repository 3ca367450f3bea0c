package io.ringtail.cli.status;

import io.ringtail.admin.v1.DestinationStatus;
import io.ringtail.admin.v1.HandoffStatus;
import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.NodeAnswer;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.SamplerStatus;
import io.ringtail.cli.render.Amounts;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Samplers: their share, what waits for its decision, the export, what moves. */
final class SamplerTable extends TierTable {
  SamplerTable() {
    common();
    figures(
        "share",
        n -> Amounts.percent(n.getMember().getSlotShare()),
        all -> Amounts.percent(all.stream().mapToDouble(n -> n.getMember().getSlotShare()).sum()));
    counts("spans/s", NodeStatus::getSpansInPerSecond);
    counts("kept/s", NodeStatus::getSpansOutPerSecond);
    figures(
        "traces",
        n -> Amounts.count(of(n).getOpenTraces()),
        all -> Amounts.count(sum(all, n -> n.getSampler().getOpenTraces().getUsed())));
    figures(
        "buffered",
        n -> Amounts.bytes(of(n).getBufferedBytes()),
        all -> Amounts.bytes(sum(all, n -> n.getSampler().getBufferedBytes().getUsed())));
    figures(
        "oldest",
        n -> Amounts.seconds(of(n).getOldestTraceSeconds()),
        all -> Amounts.seconds(max(all, n -> n.getSampler().getOldestTraceSeconds())));
    figures("queue", n -> queue(of(n)), SamplerTable::queues);
    words("backend", n -> backend(of(n)));
    words("moving", n -> moving(of(n).getHandoff()));
    figures(
        "remembers",
        n ->
            Amounts.seconds(of(n).getKeptCacheSeconds())
                + "/"
                + Amounts.seconds(of(n).getDroppedCacheSeconds()),
        all -> "");
    refusedAndLost("parts");
  }

  private static SamplerStatus of(NodeAnswer node) {
    return node.getStatus().getSampler();
  }

  /** Of several destinations the fullest. */
  private static String queue(SamplerStatus sampler) {
    Level fullest = Level.getDefaultInstance();
    for (DestinationStatus destination : sampler.getDestinationsList()) {
      if (share(destination.getQueueBytes()) >= share(fullest)) {
        fullest = destination.getQueueBytes();
      }
    }
    return sampler.getDestinationsCount() == 0 ? NONE : Amounts.bytes(fullest);
  }

  private static double share(Level level) {
    return level.getCapacity() == 0 ? 0 : (double) level.getUsed() / level.getCapacity();
  }

  private static String queues(List<NodeAnswer> all) {
    return Amounts.bytes(
        sum(
            all,
            n ->
                n.getSampler().getDestinationsList().stream()
                    .mapToLong(d -> d.getQueueBytes().getUsed())
                    .sum()));
  }

  private static String backend(SamplerStatus sampler) {
    Function<DestinationStatus, String> failing =
        d -> d.getDestination() + " down " + Amounts.seconds(d.getFailingSeconds());
    String down =
        sampler.getDestinationsList().stream()
            .filter(d -> d.getFailingSeconds() > 0)
            .map(failing)
            .reduce((a, b) -> a + ", " + b)
            .orElse("");
    if (down.isEmpty()) {
      return sampler.getDestinationsCount() == 0 ? "none" : "works";
    }
    return down;
  }

  private static String moving(HandoffStatus handoff) {
    List<String> parts = new ArrayList<>();
    if (handoff.getTracesToSend() > 0) {
      parts.add("gives " + Amounts.count(handoff.getTracesToSend()));
    }
    if (handoff.getHeldSlots() > 0) {
      parts.add(
          "holds "
              + Amounts.count(handoff.getHeldSlots())
              + (handoff.getHeldSlots() == 1 ? " slot " : " slots ")
              + Amounts.seconds(handoff.getHoldSeconds()));
    }
    if (handoff.getReplayQuestions() > 0) {
      parts.add("replay, " + handoff.getReplayAnswersMissing() + " to answer");
    }
    if (parts.isEmpty()) {
      return handoff.getActive() ? "yes" : NONE;
    }
    return String.join("; ", parts);
  }
}
