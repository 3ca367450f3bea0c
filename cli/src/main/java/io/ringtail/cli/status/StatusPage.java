package io.ringtail.cli.status;

import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.Finding;
import io.ringtail.admin.v1.NodeAnswer;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.Role;
import io.ringtail.admin.v1.Severity;
import io.ringtail.cli.render.Screen;
import io.ringtail.cli.render.Screen.Ink;
import io.ringtail.wording.Counted;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A cluster's status on one page.
 *
 * @param all whether every node of a large tier has its row
 */
record StatusPage(ClusterStatus status, boolean all) {
  /** A tier of more is summed up. */
  static final int MOST_ROWS = 20;

  private static final int NAMED = 3;

  void print(Screen screen) {
    screen.line(screen.inked(ink(status.getSeverity()), headline()));
    screen.wrapped("", epoch());
    status.getFindingsList().forEach(finding -> print(finding, screen));
    tier("router", Role.ROUTER, screen);
    tier("sampler", Role.SAMPLER, screen);
    reasons(screen);
  }

  private String headline() {
    String who =
        "cluster \""
            + status.getCluster()
            + "\", "
            + Counted.of(count(Role.ROUTER), "router")
            + " and "
            + Counted.of(count(Role.SAMPLER), "sampler");
    int findings = status.getFindingsCount();
    return switch (status.getSeverity()) {
      case CRITICAL -> "CRITICAL: " + Counted.of(findings, "finding") + "; " + who;
      case WARNING -> "WARNING: " + Counted.of(findings, "finding") + "; " + who;
      case NOTICE -> "OK, with " + Counted.of(findings, "notice") + " of what passes; " + who;
      case OK -> "OK: nothing is wrong; " + who;
      case SEVERITY_UNSPECIFIED, UNRECOGNIZED -> "UNKNOWN: the node is of another version; " + who;
    };
  }

  private long count(Role role) {
    return status.getNodesList().stream().filter(n -> n.getMember().getRole() == role).count();
  }

  private String epoch() {
    String asked =
        "; asked "
            + status.getAnsweredBy()
            + " at "
            + Instant.ofEpochMilli(status.getAtMs()).truncatedTo(ChronoUnit.SECONDS);
    if (!status.hasEpoch()) {
      return "no epoch yet" + asked;
    }
    return "epoch "
        + status.getEpoch().getOrder()
        + (status.getEpochsAgree() ? ", used by all that answered" : ", not used by all")
        + "; table "
        + status.getEpoch().getTableChecksum()
        + asked;
  }

  private static Ink ink(Severity severity) {
    return switch (severity) {
      case CRITICAL -> Ink.RED;
      case WARNING, SEVERITY_UNSPECIFIED, UNRECOGNIZED -> Ink.YELLOW;
      case NOTICE, OK -> Ink.GREEN;
    };
  }

  private static void print(Finding finding, Screen screen) {
    screen.line("");
    screen.line(
        screen.inked(ink(finding.getSeverity()), finding.getSeverity() + " " + finding.getCode())
            + about(finding.getNodesList()));
    screen.wrapped("  ", finding.getCause());
    screen.wrapped("  > ", finding.getRemedy());
  }

  private static String about(List<String> nodes) {
    if (nodes.isEmpty()) {
      return "";
    }
    int more = nodes.size() - NAMED;
    return "  "
        + String.join(", ", more > 0 ? nodes.subList(0, NAMED) : nodes)
        + (more > 0 ? " and " + more + " more" : "");
  }

  private void tier(String name, Role role, Screen screen) {
    List<NodeAnswer> nodes =
        status.getNodesList().stream().filter(n -> n.getMember().getRole() == role).toList();
    if (nodes.isEmpty()) {
      return;
    }
    List<NodeAnswer> shown = shown(nodes);
    screen.line("");
    screen.line(
        screen.inked(Ink.BOLD, Counted.of(nodes.size(), name))
            + (shown.size() == nodes.size() ? "" : hidden(nodes.size() - shown.size())));
    TierTable table = role == Role.ROUTER ? new RouterTable() : new SamplerTable();
    screen.lines(table.of(shown, nodes).lines(screen.width()));
  }

  private static String hidden(int more) {
    return ", " + more + " of them not shown, which no finding names (--all shows them)";
  }

  private List<NodeAnswer> shown(List<NodeAnswer> nodes) {
    if (all || nodes.size() <= MOST_ROWS) {
      return nodes;
    }
    Set<String> named = new HashSet<>();
    status.getFindingsList().forEach(f -> named.addAll(f.getNodesList()));
    return nodes.stream()
        .filter(n -> named.contains(n.getMember().getNodeId()))
        .limit(MOST_ROWS)
        .toList();
  }

  private void reasons(Screen screen) {
    List<NodeStatus> nodes = new ArrayList<>();
    for (NodeAnswer node : status.getNodesList()) {
      if (node.hasStatus()) {
        nodes.add(node.getStatus());
      }
    }
    List<String> lines = Reasons.table(nodes).lines(screen.width());
    if (lines.size() > 1) {
      screen.line("");
      screen.lines(lines);
    }
  }
}
