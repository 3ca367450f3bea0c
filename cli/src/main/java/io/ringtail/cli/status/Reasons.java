package io.ringtail.cli.status;

import io.ringtail.admin.v1.HandoffStatus;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.ReasonCount;
import io.ringtail.cli.render.Amounts;
import io.ringtail.cli.render.Table;
import io.ringtail.wording.Counted;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** What was refused, lost, perhaps split or decided early, by reason, over all nodes. */
final class Reasons {
  private static final class Sum {
    private long lastMinute;
    private long last15Minutes;
    private long sinceStart;
    private int nodes;
    private double secondsSinceLast = Double.MAX_VALUE;

    void add(ReasonCount count) {
      lastMinute += count.getLastMinute();
      last15Minutes += count.getLast15Minutes();
      sinceStart += count.getSinceStart();
      nodes++;
      if (count.getSecondsSinceLast() >= 0) {
        secondsSinceLast = Math.min(secondsSinceLast, count.getSecondsSinceLast());
      }
    }

    String last() {
      return secondsSinceLast == Double.MAX_VALUE
          ? "?"
          : Amounts.seconds(secondsSinceLast) + " ago";
    }
  }

  private Reasons() {}

  static Table table(List<NodeStatus> nodes) {
    Table table =
        new Table()
            .words("")
            .words("reason")
            .figures("1 min")
            .figures("15 min")
            .figures("since start")
            .words("")
            .figures("nodes")
            .figures("last");
    add(table, "refused", nodes, NodeStatus::getRefusalsList);
    add(table, "lost", nodes, NodeStatus::getLossesList);
    add(table, "maybe split", nodes, Reasons::splitHolds);
    add(table, "decided early", nodes, n -> n.getSampler().getEarlyDecisionsList());
    return table;
  }

  private static List<ReasonCount> splitHolds(NodeStatus node) {
    HandoffStatus handoff = node.getSampler().getHandoff();
    return handoff.hasSplitHolds() ? List.of(handoff.getSplitHolds()) : List.of();
  }

  private static void add(
      Table table,
      String what,
      List<NodeStatus> nodes,
      Function<NodeStatus, List<ReasonCount>> counts) {
    Map<List<String>, Sum> sums = new TreeMap<>(Reasons::compare);
    for (NodeStatus node : nodes) {
      for (ReasonCount count : counts.apply(node)) {
        sums.computeIfAbsent(List.of(count.getReason(), count.getUnit()), k -> new Sum())
            .add(count);
      }
    }
    sums.forEach(
        (key, sum) ->
            table.row(
                List.of(
                    what,
                    key.get(0),
                    Counted.number(sum.lastMinute),
                    Counted.number(sum.last15Minutes),
                    Counted.number(sum.sinceStart),
                    key.get(1),
                    Counted.number(sum.nodes),
                    sum.last())));
  }

  private static int compare(List<String> a, List<String> b) {
    int byReason = a.get(0).compareTo(b.get(0));
    return byReason != 0 ? byReason : a.get(1).compareTo(b.get(1));
  }
}
