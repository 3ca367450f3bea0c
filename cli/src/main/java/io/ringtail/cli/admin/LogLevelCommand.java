package io.ringtail.cli.admin;

import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ChangeResult;
import io.ringtail.admin.v1.SetLogLevel;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.render.Output;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtail log-level NODE LOGGER LEVEL}. */
@Command(
    name = "log-level",
    description = {
      "Changes how much a logger of a node tells, until the node's next start.",
      "The node logs who asked for it. Nothing else changes, so it does not ask."
    },
    footer = {
      "",
      "Examples:",
      "  ringtail log-level sampler-0 io.ringtail.sampler.handoff debug",
      "  ringtail log-level sampler-0 io.ringtail.sampler.handoff default",
      "  ringtail log-level router-0 root warn"
    })
public final class LogLevelCommand implements Callable<Integer> {
  /** As far as a logger can be told; {@code DEFAULT} as configured. */
  enum Level {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE,
    DEFAULT
  }

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOptions options = new NodeOptions();

  @Parameters(index = "0", paramLabel = "NODE", description = "Node id.")
  private String node = "";

  @Parameters(
      index = "1",
      paramLabel = "LOGGER",
      description = "Name of a class or package, or root for all.")
  private String logger = "";

  @Parameters(
      index = "2",
      paramLabel = "LEVEL",
      description = "error, warn, info, debug, trace, or default: as configured.")
  private Level level = Level.DEFAULT;

  @Override
  public Integer call() {
    String name = level == Level.DEFAULT ? "" : level.name().toLowerCase(Locale.ROOT);
    Change change =
        Change.newBuilder()
            .setNodeId(node)
            .setSetLogLevel(SetLogLevel.newBuilder().setLogger(logger).setLevel(name))
            .build();
    try (AdminClient client = options.connect()) {
      ChangeResult result = client.apply(change, false);
      PrintWriter out = spec.commandLine().getOut();
      out.print(
          options.output() == Output.TEXT
              ? result.getOutcome() + "\n"
              : options.output().print(result));
      out.flush();
      return ExitCode.OK;
    }
  }
}
