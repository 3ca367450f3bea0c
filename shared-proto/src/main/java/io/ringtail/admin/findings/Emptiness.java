package io.ringtail.admin.findings;

import io.ringtail.admin.v1.DestinationStatus;
import io.ringtail.admin.v1.HandoffStatus;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.RouterStatus;
import io.ringtail.admin.v1.SamplerStatus;
import io.ringtail.wording.Counted;

/** What a draining node still has: nothing of it may be lost with the process. */
public final class Emptiness {
  private Emptiness() {}

  /** Whether it could be stopped at once without anything being replayed or lost. */
  public static boolean isEmpty(NodeStatus node) {
    return router(node.getRouter()) && sampler(node.getSampler());
  }

  private static boolean router(RouterStatus router) {
    return router.getOpenRequests() == 0
        && router.getBytesHeld().getUsed() == 0
        && router.getRetentionBytes().getUsed() == 0
        && router.getReplaysOpen() == 0;
  }

  private static boolean sampler(SamplerStatus sampler) {
    HandoffStatus handoff = sampler.getHandoff();
    return sampler.getOpenTraces().getUsed() == 0
        && handoff.getTracesToSend() == 0
        && handoff.getBytesInFlight() == 0
        && queuedSpans(sampler) == 0;
  }

  private static long queuedSpans(SamplerStatus sampler) {
    return sampler.getDestinationsList().stream()
        .mapToLong(DestinationStatus::getQueuedSpans)
        .sum();
  }

  /** A drained router serves who does not go: it cannot know that they have somewhere to go. */
  private static String stillComing(NodeStatus router) {
    double spans = router.getSpansInPerSecond();
    return router.getDrainedByOperator() && spans >= 1
        ? "; "
            + Counted.of(Math.round(spans), "span")
            + " a second still come from senders that have not gone elsewhere"
        : "";
  }

  /** {@code 1,234 open traces (3.2 MiB) and 12 spans to export}. */
  public static String left(NodeStatus node) {
    if (node.hasRouter()) {
      RouterStatus router = node.getRouter();
      return Counted.of(router.getOpenRequests(), "open request")
          + " and "
          + Words.bytes(router.getRetentionBytes().getUsed())
          + " that samplers have not settled"
          + stillComing(node);
    }
    SamplerStatus sampler = node.getSampler();
    return Counted.of(sampler.getOpenTraces().getUsed(), "open trace")
        + " ("
        + Words.bytes(sampler.getBufferedBytes().getUsed())
        + "), "
        + Counted.number(sampler.getHandoff().getTracesToSend())
        + " to hand over, and "
        + Counted.of(queuedSpans(sampler), "span")
        + " to export";
  }
}
