package io.ringtail.cli.admin;

import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.Member;
import io.ringtail.admin.v1.NodeAnswer;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.render.Amounts;
import io.ringtail.cli.render.Fields;
import io.ringtail.cli.render.Output;
import io.ringtail.cli.render.Screen;
import io.ringtail.cli.render.Table;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ringtail nodes}. */
@Command(
    name = "nodes",
    description = {
      "Prints every node of the cluster: its tier, state, incarnation, version, share and addresses.",
      "Exits with 1 if one of them does not answer."
    },
    footer = {
      "",
      "Examples:",
      "  ringtail nodes",
      "  ringtail nodes --node sampler-0.ringtail:4320 --output json | jq '.nodes[].member.zone'"
    })
public final class NodesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOptions options = new NodeOptions();

  @Override
  public Integer call() {
    try (AdminClient client = options.connect()) {
      ClusterStatus status = client.status();
      Screen screen = Screen.of(spec.commandLine());
      if (options.output() == Output.TEXT) {
        screen.lines(table(status).lines(screen.width()));
      } else {
        List<?> nodes = status.getNodesList().stream().map(Fields::of).toList();
        screen.out().print(options.output().print(Map.of("nodes", nodes)));
      }
      screen.flush();
      boolean all = status.getNodesList().stream().allMatch(NodeAnswer::hasStatus);
      return all ? ExitCode.OK : ExitCode.PROBLEM;
    }
  }

  private static Table table(ClusterStatus status) {
    Table table =
        new Table()
            .words("node")
            .words("role")
            .words("state")
            .words("ready")
            .words("version")
            .figures("up")
            .figures("weight")
            .figures("share")
            .words("zone")
            .words("link")
            .words("ops")
            .words("incarnation");
    status.getNodesList().forEach(node -> table.row(row(node)));
    return table;
  }

  private static List<String> row(NodeAnswer answer) {
    Member member = answer.getMember();
    NodeStatus status = answer.getStatus();
    boolean there = answer.hasStatus();
    boolean sampler = member.getWeight() > 0;
    return List.of(
        member.getNodeId(),
        member.getRole().name().toLowerCase(Locale.ROOT),
        member.getState().name().toLowerCase(Locale.ROOT),
        there ? (status.getReady() ? "yes" : "no") : "silent",
        there ? status.getVersion() : "-",
        there ? Amounts.seconds(status.getUptimeMs() / 1000.0) : "-",
        sampler ? String.valueOf(member.getWeight()) : "-",
        sampler ? Amounts.percent(member.getSlotShare()) : "-",
        orDash(member.getZone()),
        orDash(member.getLinkAddress()),
        orDash(member.getOpsAddress()),
        orDash(member.getIncarnation()));
  }

  private static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }
}
