package io.ringtail.admin.findings;

import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Severity;
import java.util.List;

/** Active nodes that are not ready, for which nothing else that was found accounts. */
final class Readiness {
  private Readiness() {}

  static void check(Gathered all, Found found) {
    List<NodeStatus> nodes =
        all.answers(n -> Gathered.isActive(n) && !n.getReady() && !found.names(n.getNodeId()));
    if (nodes.isEmpty()) {
      return;
    }
    NodeStatus first = nodes.get(0);
    String why =
        first.getNotReadyCount() == 0
            ? "it does not say why"
            : String.join("; ", first.getNotReadyList());
    found.add(
        Severity.WARNING,
        Code.NOT_READY,
        Gathered.ids(nodes),
        Words.names(Gathered.ids(nodes))
            + (nodes.size() == 1
                ? " is not ready: "
                : " are not ready, " + first.getNodeId() + ": ")
            + why
            + ".",
        "Load balancers send it nothing meanwhile; after a start this passes within seconds, otherwise"
            + " its log tells more.");
  }
}
