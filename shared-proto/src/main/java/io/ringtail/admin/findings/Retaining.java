package io.ringtail.admin.findings;

import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.RouterStatus;
import io.ringtail.admin.v1.Severity;
import io.ringtail.wording.Counted;
import java.util.List;

/** Whether routers keep what they must, and have room for what comes. */
final class Retaining {
  private Retaining() {}

  static void check(Gathered all, Found found) {
    shortLog(all, found);
    requests(all, found);
  }

  private static void shortLog(Gathered all, Found found) {
    List<NodeStatus> nodes =
        Words.worstFirst(
            all.answers(n -> n.getRouter().getRetentionShort()),
            n -> -n.getRouter().getRetentionCoverSeconds());
    if (nodes.isEmpty()) {
      return;
    }
    RouterStatus worst = nodes.get(0).getRouter();
    long forgotten =
        nodes.stream().mapToLong(n -> n.getRouter().getRetentionForgottenSpans()).sum();
    found.add(
        Severity.WARNING,
        Code.RETENTION_SHORT,
        Gathered.ids(nodes),
        "The log of "
            + nodes.get(0).getNodeId()
            + " lasts "
            + Words.seconds(worst.getRetentionCoverSeconds())
            + " at the present rate, less than the "
            + Words.seconds(worst.getRetentionWantedSeconds())
            + " wanted"
            + Words.likewise(nodes)
            + ": a sampler that dies now takes spans along"
            + (forgotten == 0
                ? "."
                : "; "
                    + Counted.of(forgotten, "span")
                    + " were forgotten unsettled since the start."),
        "Raise router.retention.max-bytes with the routers' memory, add routers, or shorten"
            + " tail_sampling.decision_wait; if a backend is down, that first.");
  }

  private static void requests(Gathered all, Found found) {
    List<NodeStatus> nodes =
        Words.worstFirst(
            all.answers(n -> fullness(n) >= Thresholds.REQUESTS_NEAR_LIMIT), Retaining::fullness);
    if (nodes.isEmpty()) {
      return;
    }
    RouterStatus worst = nodes.get(0).getRouter();
    boolean held = Words.share(worst.getBytesHeld()) > Words.share(worst.getBytesInFlight());
    Level level = held ? worst.getBytesHeld() : worst.getBytesInFlight();
    found.add(
        Severity.WARNING,
        Code.REQUESTS_NEAR_LIMIT,
        Gathered.ids(nodes),
        nodes.get(0).getNodeId()
            + " has "
            + Words.bytes(level)
            + (held ? " of parts that no sampler has taken yet" : " of requests not answered yet")
            + Words.likewise(nodes)
            + ": beyond it senders are refused, retryable.",
        held
            ? "Samplers take less than comes: see what is told of them here, or add samplers."
            : "Add routers or give them more memory (router.receive.max-bytes-in-flight); if all"
                + " routers are at it, samplers are the slower ones.");
  }

  private static double fullness(NodeStatus node) {
    RouterStatus router = node.getRouter();
    return Math.max(Words.share(router.getBytesInFlight()), Words.share(router.getBytesHeld()));
  }
}
