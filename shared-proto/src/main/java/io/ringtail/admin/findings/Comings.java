package io.ringtail.admin.findings;

import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.SamplerStatus;
import io.ringtail.admin.v1.Severity;
import io.ringtail.wording.Counted;
import java.util.List;

/** Who comes and who goes. */
final class Comings {
  private Comings() {}

  static void check(Gathered all, Found found) {
    all.answers(n -> n.getState() == MemberState.JOINING).forEach(n -> joining(n, found));
    all.answers(n -> n.getState() == MemberState.DRAINING).forEach(n -> draining(n, found));
    all.samplers().stream()
        .filter(n -> n.getSampler().getStranger())
        .forEach(n -> stranger(n, found));
  }

  private static void joining(NodeStatus node, Found found) {
    boolean lasts = node.getUptimeMs() >= Thresholds.START_MILLIS;
    String reasons = String.join("; ", node.getNotReadyList());
    found.add(
        lasts ? Severity.WARNING : Severity.NOTICE,
        Code.JOINING,
        List.of(node.getNodeId()),
        node.getNodeId()
            + " is joining, "
            + Words.seconds(node.getUptimeMs() / 1000.0)
            + " after its start"
            + (reasons.isEmpty() ? "." : ": " + reasons + "."),
        lasts
            ? "This should take seconds: see its log, and whether it reaches the other nodes'"
                + " cluster ports."
            : "Passes by itself within seconds.");
  }

  private static void draining(NodeStatus node, Found found) {
    String id = node.getNodeId();
    boolean empty = Emptiness.isEmpty(node);
    found.add(
        Severity.NOTICE,
        Code.DRAINING,
        List.of(id),
        id
            + " is draining, "
            + (node.getDrainedByOperator() ? "told so by an operator" : "since it stops")
            + ", and "
            + (empty ? "is empty." : "still has " + Emptiness.left(node) + "."),
        remedy(node, empty));
  }

  private static String remedy(NodeStatus node, boolean empty) {
    if (!node.getDrainedByOperator()) {
      return "Passes by itself: it leaves when all is settled.";
    }
    String undrain = "ringtail undrain " + node.getNodeId() + " takes it back";
    return empty ? "It may be stopped now; " + undrain + "." : "Passes by itself; " + undrain + ".";
  }

  private static void stranger(NodeStatus node, Found found) {
    SamplerStatus sampler = node.getSampler();
    found.add(
        Severity.WARNING,
        Code.STRANGER,
        List.of(node.getNodeId()),
        node.getNodeId()
            + " was taken for dead by the cluster and gives away the "
            + Counted.of(sampler.getOpenTraces().getUsed(), "trace")
            + " it holds; it decides nothing.",
        "Passes by itself: it joins anew when it is empty; if it happens again, look for pauses"
            + " (garbage collection, CPU limits, a stopped machine) and network cuts of over 5 s.");
  }
}
