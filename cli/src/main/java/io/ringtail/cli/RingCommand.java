package io.ringtail.cli;

import io.ringtail.admin.v1.EpochRef;
import io.ringtail.admin.v1.Member;
import io.ringtail.admin.v1.Ring;
import io.ringtail.admin.v1.TraceOwner;
import io.ringtail.cli.admin.AdminClient;
import io.ringtail.cli.admin.NodeOptions;
import io.ringtail.cli.admin.TraceIds;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.render.Amounts;
import io.ringtail.cli.render.Output;
import io.ringtail.cli.render.Screen;
import io.ringtail.cli.render.Table;
import io.ringtail.cli.simulate.SimulateCommand;
import io.ringtail.config.ConfigFile;
import io.ringtail.ring.HeirTable;
import io.ringtail.ring.RingMember;
import io.ringtail.ring.RingTable;
import io.ringtail.trace.TraceId;
import io.ringtail.wording.Counted;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtail ring show}, {@code ring owner} and {@code ring simulate}. */
@Command(
    name = "ring",
    description = "Answers questions about who owns what.",
    subcommands = SimulateCommand.class)
final class RingCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "ring show, ring owner or ring simulate?");
  }

  @Command(
      name = "show",
      description = "Prints the epoch in use, its samplers, and how evenly the slots lie.",
      footer = {
        "",
        "Examples:",
        "  ringtail ring show",
        "  ringtail ring show --node router-0.ringtail:4320 --output yaml"
      })
  int show(@Mixin NodeOptions options) {
    try (AdminClient client = options.connect()) {
      Ring ring = client.ring("");
      Screen screen = Screen.of(spec.commandLine());
      if (options.output() == Output.TEXT) {
        show(ring, screen);
      } else {
        screen.out().print(options.output().print(ring));
      }
      screen.flush();
      return ExitCode.OK;
    }
  }

  private static void show(Ring ring, Screen screen) {
    EpochRef epoch = ring.getEpoch();
    List<Member> owners = ring.getMembersList().stream().filter(m -> m.getSlotShare() > 0).toList();
    screen.line(
        ring.hasEpoch()
            ? "epoch " + epoch.getOrder() + ", table " + epoch.getTableChecksum()
            : "no epoch yet");
    screen.line(
        Counted.of(Integer.toUnsignedLong(ring.getSlots()), "slot")
            + ", "
            + Counted.of(owners.size(), "owner"));
    long weights = owners.stream().mapToLong(Member::getWeight).sum();
    Table table =
        new Table()
            .words("sampler")
            .words("state")
            .figures("weight")
            .figures("share")
            .figures("of a fair one")
            .words("zone");
    for (Member member : ring.getMembersList()) {
      if (member.getWeight() > 0) {
        table.row(row(member, weights));
      }
    }
    screen.lines(table.lines(screen.width()));
  }

  private static List<String> row(Member member, long weights) {
    double fair = weights == 0 ? 0 : (double) member.getWeight() / weights;
    return List.of(
        member.getNodeId(),
        member.getState().name().toLowerCase(Locale.ROOT),
        String.valueOf(member.getWeight()),
        Amounts.percent(member.getSlotShare()),
        member.getSlotShare() == 0
            ? "-"
            : String.format(Locale.ROOT, "%.3f", member.getSlotShare() / fair),
        member.getZone().isEmpty() ? "-" : member.getZone());
  }

  @Command(
      name = "owner",
      description = {
        "Prints the slot and the owner of a trace, and who would own it if the owner were lost.",
        "Asks a node of the cluster, or computes it with --config: the samplers are then those of"
            + " ring.members in the config file, a list of {id, weight}; without it, those of"
            + " cluster.members."
      },
      footer = {
        "",
        "Examples:",
        "  ringtail ring owner 4bf92f3577b34da6a3ce929d0e0e4736",
        "  ringtail ring owner 4bf92f3577b34da6a3ce929d0e0e4736 --config ringtail.yaml"
      })
  int owner(
      @Parameters(paramLabel = "TRACE_ID", description = "32 hex digits.") String traceId,
      @Option(
              names = "--config",
              paramLabel = "FILE",
              description = "Compute it of this config file instead of asking a node.")
          @Nullable Path path,
      @Mixin NodeOptions options) {
    String id = TraceIds.checked(spec, traceId);
    Ownership found =
        path == null ? asked(id, options) : computed(TraceId.parse(id), membersOf(path));
    PrintWriter out = spec.commandLine().getOut();
    if (options.output() == Output.TEXT) {
      found.lines().forEach(out::println);
    } else {
      out.print(options.output().print(found.tree()));
    }
    out.flush();
    return ExitCode.OK;
  }

  private static Ownership asked(String id, NodeOptions options) {
    try (AdminClient client = options.connect()) {
      Ring ring = client.ring(id);
      TraceOwner owner = ring.getOwner();
      if (owner.getNodeId().isEmpty()) {
        throw new CommandFailedException(
            ExitCode.PROBLEM, "nobody owns it: no sampler is active in the epoch in use");
      }
      long members = ring.getMembersList().stream().filter(m -> m.getSlotShare() > 0).count();
      return new Ownership(
          id,
          Integer.toUnsignedLong(owner.getSlot()),
          owner.getNodeId(),
          owner.getHeirNodeId(),
          ring.getEpoch().getTableChecksum(),
          members,
          ring.getEpoch().getOrder(),
          owner.getSince().getOrder());
    }
  }

  private static List<RingMember> membersOf(Path path) {
    ConfigFile file = NodeConfigs.readAll(path);
    NodeConfigs.requireNoProblems(file);
    List<RingMember> members = RingMembers.read(file.root());
    if (members.isEmpty()) {
      throw new CommandFailedException(
          ExitCode.USAGE,
          path + " names no samplers (expected ring.members: [{id, weight}], or cluster.members)");
    }
    return members;
  }

  private static Ownership computed(TraceId trace, List<RingMember> members) {
    RingTable table = RingTable.build(members);
    HeirTable heirs = table.heirs();
    int slot = trace.slot();
    int heir = heirs.heirIndex(slot);
    return new Ownership(
        trace.toString(),
        slot,
        table.members().get(table.ownerIndex(slot)).nodeId(),
        heir < 0 ? "" : table.members().get(heir).nodeId(),
        String.format(Locale.ROOT, "%016x", table.checksum()),
        members.size(),
        "",
        "");
  }
}
