package io.ringtail.admin.findings;

import io.ringtail.admin.v1.EpochRef;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Severity;
import io.ringtail.wording.Counted;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Whether all use one epoch with one table. */
final class Epochs {
  private Epochs() {}

  static void check(Gathered all, Found found) {
    if (!all.status().hasEpoch()) {
      none(all, found);
      return;
    }
    EpochRef most = usedByMost(all);
    List<NodeStatus> others =
        all.answers(n -> !isStarting(n) && !n.getEpoch().getOrder().equals(most.getOrder()));
    if (!others.isEmpty()) {
      differ(all, most, others, found);
    }
    tables(all, most, found);
  }

  private static void none(Gathered all, Found found) {
    boolean starting =
        all.answers().stream().allMatch(n -> n.getUptimeMs() < Thresholds.START_MILLIS);
    String asked = all.status().getAnsweredBy();
    found.add(
        starting ? Severity.NOTICE : Severity.CRITICAL,
        Code.NO_EPOCH,
        List.of(asked),
        asked
            + " has no epoch: it has found no active sampler in cluster \""
            + all.status().getCluster()
            + "\", and neither takes spans nor decides.",
        "Within a minute of the start this passes; otherwise start samplers, and compare"
            + " cluster.name and cluster.discovery of this node with theirs (ringtail config"
            + " diff).");
  }

  /** Of equally many the newest. */
  private static EpochRef usedByMost(Gathered all) {
    Map<EpochRef, Long> users =
        all.answers().stream()
            .filter(NodeStatus::hasEpoch)
            .collect(Collectors.groupingBy(NodeStatus::getEpoch, Collectors.counting()));
    Comparator<Map.Entry<EpochRef, Long>> byUsers = Map.Entry.comparingByValue();
    return users.entrySet().stream()
        .max(
            byUsers
                .thenComparing(e -> e.getKey().getNumber())
                .thenComparing(e -> e.getKey().getOrder()))
        .map(Map.Entry::getKey)
        .orElse(all.status().getEpoch());
  }

  /** Joining is told of by itself. */
  private static boolean isStarting(NodeStatus node) {
    return !node.hasEpoch() && node.getState() == MemberState.JOINING;
  }

  private static void differ(Gathered all, EpochRef most, List<NodeStatus> others, Found found) {
    Function<NodeStatus, String> uses =
        n -> n.getNodeId() + " " + (n.hasEpoch() ? n.getEpoch().getOrder() : "none");
    List<String> told = others.stream().map(uses).toList();
    found.add(
        Severity.WARNING,
        Code.EPOCHS_DISAGREE,
        Gathered.ids(others),
        others.size()
            + " of "
            + Counted.of(all.answers().size(), "node")
            + (others.size() == 1 ? " uses" : " use")
            + " another epoch than "
            + most.getOrder()
            + ": "
            + Words.names(told)
            + ".",
        "After a change this passes within seconds; if it stays, these nodes are cut off from the"
            + " coordinator or overloaded: see their logs and the network between nodes.");
  }

  private static void tables(Gathered all, EpochRef most, Found found) {
    List<NodeStatus> wrong =
        all.answers(
            n ->
                n.hasEpoch()
                    && n.getEpoch().getOrder().equals(most.getOrder())
                    && !n.getEpoch().getTableChecksum().equals(most.getTableChecksum()));
    if (wrong.isEmpty()) {
      return;
    }
    NodeStatus first = wrong.get(0);
    found.add(
        Severity.CRITICAL,
        Code.TABLES_DISAGREE,
        Gathered.ids(wrong),
        Words.names(Gathered.ids(wrong))
            + (wrong.size() == 1 ? " has" : " have")
            + " another table of owners than most for epoch "
            + most.getOrder()
            + " ("
            + first.getEpoch().getTableChecksum()
            + ", not "
            + most.getTableChecksum()
            + "): traces may be split.",
        "Run one version on all nodes and restart these; with equal versions this is a bug: keep"
            + " the logs of both sides.");
  }
}
