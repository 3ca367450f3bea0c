package io.ringtail.admin;

import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.Finding;
import io.ringtail.admin.v1.NodeAnswer;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What is wrong with a cluster, and what to do. Each kind of finding has a code that scripts may
 * rely on. Pure.
 */
final class Diagnosis {
  private final ClusterStatus status;
  private final List<Finding> findings = new ArrayList<>();

  private Diagnosis(ClusterStatus status) {
    this.status = status;
  }

  /**
   * @param status without findings
   * @return the worst first
   */
  static List<Finding> of(ClusterStatus status) {
    Diagnosis diagnosis = new Diagnosis(status);
    diagnosis.silent();
    diagnosis.epochs();
    diagnosis.versions();
    status.getNodesList().stream()
        .filter(NodeAnswer::hasStatus)
        .forEach(n -> diagnosis.node(n.getStatus()));
    diagnosis.findings.sort(
        Comparator.comparing(Finding::getSeverityValue).reversed().thenComparing(Finding::getCode));
    return diagnosis.findings;
  }

  private void add(
      Severity severity, String code, List<String> nodes, String cause, String remedy) {
    findings.add(
        Finding.newBuilder()
            .setSeverity(severity)
            .setCode(code)
            .addAllNodes(nodes)
            .setCause(cause)
            .setRemedy(remedy)
            .build());
  }

  private void silent() {
    for (NodeAnswer node : status.getNodesList()) {
      if (!node.hasStatus()) {
        String id = node.getMember().getNodeId();
        add(
            Severity.WARNING,
            "node-silent",
            List.of(id),
            id + " did not answer: " + node.getNoAnswer() + ".",
            "Look at its process and its log; a dead one leaves the cluster within 5 s.");
      }
    }
  }

  private void epochs() {
    if (!status.hasEpoch()) {
      add(
          Severity.CRITICAL,
          "no-epoch",
          List.of(status.getAnsweredBy()),
          status.getAnsweredBy() + " is in no cluster.",
          "See that a sampler runs and that cluster.name and how they find each other agree.");
      return;
    }
    List<String> others =
        status.getNodesList().stream()
            .filter(NodeAnswer::hasStatus)
            .filter(n -> !n.getStatus().getEpoch().equals(status.getEpoch()))
            .map(n -> n.getMember().getNodeId())
            .toList();
    if (!others.isEmpty()) {
      add(
          Severity.WARNING,
          "epochs-disagree",
          others,
          String.join(", ", others) + " do not use epoch " + status.getEpoch().getOrder() + ".",
          "Passes within seconds after a change of members; if it stays, look at their logs.");
    }
  }

  private void versions() {
    Set<String> versions =
        status.getNodesList().stream()
            .filter(NodeAnswer::hasStatus)
            .map(n -> n.getStatus().getVersion())
            .collect(Collectors.toCollection(TreeSet::new));
    if (versions.size() > 1) {
      add(
          Severity.NOTICE,
          "version-skew",
          List.of(),
          "Nodes run " + versions.size() + " versions: " + String.join(", ", versions) + ".",
          "Finish the rollout.");
    }
  }

  private void node(NodeStatus node) {
    if (!node.getReady()) {
      add(
          Severity.WARNING,
          "not-ready",
          List.of(node.getNodeId()),
          node.getNodeId() + " is not ready: " + String.join("; ", node.getNotReadyList()) + ".",
          "Passes while it joins or stops; if it stays, the reason names what is missing.");
    }
  }
}
