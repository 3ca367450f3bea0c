package io.ringtail.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.simulate.SimulateCommand;
import io.ringtail.config.ConfigFile;
import io.ringtail.ring.HeirTable;
import io.ringtail.ring.RingMember;
import io.ringtail.ring.RingTable;
import io.ringtail.trace.TraceId;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtail ring owner} and {@code ring simulate}. */
@Command(
    name = "ring",
    description = "Answers questions about who owns what.",
    subcommands = SimulateCommand.class)
final class RingCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  /** How results are printed. */
  enum Output {
    TEXT,
    JSON
  }

  /**
   * @param heir who gets the slot if the owner is lost; empty if nobody else is there
   */
  private record Ownership(
      TraceId trace, int slot, String owner, String heir, long checksum, int memberCount) {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "ring owner or ring simulate?");
  }

  @Command(
      name = "owner",
      description = {
        "Prints the slot and the owner of a trace, and who would own it if the owner were lost.",
        "The samplers are those of ring.members in the config file, a list of {id, weight}; without"
            + " it, those of cluster.members."
      })
  int owner(
      @Parameters(paramLabel = "TRACE_ID", description = "32 hex digits.") String traceId,
      @Option(
              names = "--config",
              paramLabel = "FILE",
              required = true,
              description = "The config file.")
          Path path,
      @Option(
              names = "--output",
              paramLabel = "FORMAT",
              defaultValue = "text",
              description = "text or json (default: ${DEFAULT-VALUE})")
          Output output) {
    Ownership found = find(parse(traceId), membersOf(path));
    spec.commandLine().getOut().println(output == Output.JSON ? json(found) : text(found));
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }

  private TraceId parse(String hex) {
    try {
      TraceId id = TraceId.parse(hex.toLowerCase(Locale.ROOT));
      if (id.isValid()) {
        return id;
      }
    } catch (IllegalArgumentException e) {
      // told below, as for an ID of zeros
    }
    throw new ParameterException(
        spec.commandLine(),
        "\"" + hex + "\" is no trace ID (expected 32 hex digits, not all zero)");
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

  private static Ownership find(TraceId trace, List<RingMember> members) {
    RingTable table = RingTable.build(members);
    HeirTable heirs = table.heirs();
    int slot = trace.slot();
    int heir = heirs.heirIndex(slot);
    return new Ownership(
        trace,
        slot,
        table.members().get(table.ownerIndex(slot)).nodeId(),
        heir < 0 ? "" : table.members().get(heir).nodeId(),
        table.checksum(),
        members.size());
  }

  private static String text(Ownership o) {
    return String.format(
        Locale.ROOT,
        "trace  %s%nslot   %d%nowner  %s%nheir   %s%ntable  %016x (%d members)",
        o.trace(),
        o.slot(),
        o.owner(),
        o.heir().isEmpty() ? "nobody" : o.heir(),
        o.checksum(),
        o.memberCount());
  }

  private static String json(Ownership o) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      out.writeStartObject();
      out.writeStringField("trace_id", o.trace().toString());
      out.writeNumberField("slot", o.slot());
      out.writeStringField("owner", o.owner());
      out.writeStringField("heir", o.heir());
      out.writeStringField("table_checksum", String.format(Locale.ROOT, "%016x", o.checksum()));
      out.writeNumberField("members", o.memberCount());
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
