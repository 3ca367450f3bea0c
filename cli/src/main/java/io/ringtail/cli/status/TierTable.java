package io.ringtail.cli.status;

import io.ringtail.admin.v1.NodeAnswer;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.ReasonCount;
import io.ringtail.cli.render.Amounts;
import io.ringtail.cli.render.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** A tier as a table: a row a node, and the sum of all if there are several. */
abstract class TierTable {
  static final String NONE = "-";

  /**
   * @param name of the column
   * @param figures whether it stands to the right
   * @param cell of one node that answered
   * @param sum of all that answered
   */
  record Column(
      String name,
      boolean figures,
      Function<NodeAnswer, String> cell,
      Function<List<NodeAnswer>, String> sum) {}

  private final List<Column> columns = new ArrayList<>();

  /** A column of words; the sum is a word if it is the same everywhere. */
  final void words(String name, Function<NodeAnswer, String> cell) {
    columns.add(new Column(name, false, cell, nodes -> same(nodes, cell)));
  }

  final void figures(
      String name, Function<NodeAnswer, String> cell, Function<List<NodeAnswer>, String> sum) {
    columns.add(new Column(name, true, cell, sum));
  }

  /** A rate or the like, summed. */
  final void counts(String name, ToDoubleFunction<NodeStatus> value) {
    figures(
        name,
        n -> Amounts.count(value.applyAsDouble(n.getStatus())),
        all -> Amounts.count(sum(all, value)));
  }

  static double sum(List<NodeAnswer> nodes, ToDoubleFunction<NodeStatus> value) {
    return nodes.stream().map(NodeAnswer::getStatus).mapToDouble(value).sum();
  }

  static double max(List<NodeAnswer> nodes, ToDoubleFunction<NodeStatus> value) {
    return nodes.stream().map(NodeAnswer::getStatus).mapToDouble(value).max().orElse(0);
  }

  private static String same(List<NodeAnswer> nodes, Function<NodeAnswer, String> cell) {
    Set<String> all = nodes.stream().map(cell).collect(Collectors.toSet());
    return all.size() == 1 ? all.iterator().next() : "";
  }

  /** What every node of either tier has. */
  final void common() {
    words("state", TierTable::state);
    words("version", n -> n.getStatus().getVersion());
    figures("up", n -> Amounts.seconds(n.getStatus().getUptimeMs() / 1000.0), all -> "");
  }

  private static String state(NodeAnswer node) {
    String state = node.getStatus().getState().name().toLowerCase(Locale.ROOT);
    return node.getStatus().getReady() || !state.equals("active") ? state : "not ready";
  }

  final void refusedAndLost(String unit) {
    reasons("refused/m", NodeStatus::getRefusalsList, unit);
    reasons("lost/m", NodeStatus::getLossesList, "spans");
    words("incarnation", n -> n.getMember().getIncarnation());
  }

  private void reasons(String name, Function<NodeStatus, List<ReasonCount>> counts, String unit) {
    counts(
        name,
        n ->
            counts.apply(n).stream()
                .filter(c -> c.getUnit().equals(unit))
                .mapToLong(ReasonCount::getLastMinute)
                .sum());
  }

  /**
   * @param shown those with a row of their own
   * @param nodes all of the tier
   */
  final Table of(List<NodeAnswer> shown, List<NodeAnswer> nodes) {
    Table table = new Table().words("");
    columns.forEach(c -> head(table, c));
    shown.forEach(n -> table.row(row(n)));
    List<NodeAnswer> answered = nodes.stream().filter(NodeAnswer::hasStatus).toList();
    if (nodes.size() > 1 && !answered.isEmpty()) {
      List<String> sum = new ArrayList<>(List.of("all " + nodes.size()));
      columns.forEach(c -> sum.add(c.sum().apply(answered)));
      table.row(sum);
    }
    return table;
  }

  private static void head(Table table, Column column) {
    if (column.figures()) {
      table.figures(column.name());
    } else {
      table.words(column.name());
    }
  }

  private List<String> row(NodeAnswer node) {
    List<String> row = new ArrayList<>(List.of(node.getMember().getNodeId()));
    for (Column column : columns) {
      row.add(node.hasStatus() ? column.cell().apply(node) : NONE);
    }
    if (!node.hasStatus()) {
      row.set(1, "silent");
    }
    return row;
  }
}
