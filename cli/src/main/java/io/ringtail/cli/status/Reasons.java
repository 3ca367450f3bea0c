package io.ringtail.cli.status;

import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.ReasonCount;
import io.ringtail.cli.render.Amounts;
import io.ringtail.cli.render.Table;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** What was refused, lost or decided early, by reason, over all nodes. */
final class Reasons {
  private record Sum(long lastMinute, long sinceStart, int nodes) {
    Sum plus(ReasonCount count) {
      return new Sum(
          lastMinute + count.getLastMinute(), sinceStart + count.getSinceStart(), nodes + 1);
    }
  }

  private Reasons() {}

  static Table table(List<NodeStatus> nodes) {
    Table table =
        new Table()
            .words("")
            .words("reason")
            .figures("last minute")
            .figures("since start")
            .words("")
            .figures("nodes");
    add(table, "refused", nodes, NodeStatus::getRefusalsList);
    add(table, "lost", nodes, NodeStatus::getLossesList);
    add(table, "decided early", nodes, n -> n.getSampler().getEarlyDecisionsList());
    return table;
  }

  private static void add(
      Table table,
      String what,
      List<NodeStatus> nodes,
      Function<NodeStatus, List<ReasonCount>> counts) {
    Map<List<String>, Sum> sums = new TreeMap<>(Reasons::compare);
    for (NodeStatus node : nodes) {
      for (ReasonCount count : counts.apply(node)) {
        sums.merge(
            List.of(count.getReason(), count.getUnit()),
            new Sum(0, 0, 0).plus(count),
            (a, b) -> a.plus(count));
      }
    }
    sums.forEach(
        (key, sum) ->
            table.row(
                List.of(
                    what,
                    key.get(0),
                    Amounts.number(sum.lastMinute()),
                    Amounts.number(sum.sinceStart()),
                    key.get(1),
                    Amounts.number(sum.nodes()))));
  }

  private static int compare(List<String> a, List<String> b) {
    int byReason = a.get(0).compareTo(b.get(0));
    return byReason != 0 ? byReason : a.get(1).compareTo(b.get(1));
  }
}
