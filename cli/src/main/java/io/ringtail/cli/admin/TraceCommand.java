package io.ringtail.cli.admin;

import io.ringtail.admin.v1.TraceReport;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.render.Output;
import io.ringtail.cli.render.Screen;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtail trace ID}. */
@Command(
    name = "trace",
    description = {
      "Prints who owns a trace, and what is known of it: open, decided (kept or dropped), or not"
          + " known, and for how long decisions are remembered.",
      "Exits with 1 if it is not known."
    },
    footer = {
      "",
      "Examples:",
      "  ringtail trace 4bf92f3577b34da6a3ce929d0e0e4736",
      "  ringtail trace 4bf92f3577b34da6a3ce929d0e0e4736 --output json | jq '.found[].state'"
    })
public final class TraceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOptions options = new NodeOptions();

  @Parameters(paramLabel = "TRACE_ID", description = "32 hex digits.")
  private String traceId = "";

  @Override
  public Integer call() {
    String id = TraceIds.checked(spec, traceId);
    try (AdminClient client = options.connect()) {
      TraceReport report = client.trace(id);
      Screen screen = Screen.of(spec.commandLine());
      if (options.output() == Output.TEXT) {
        screen.lines(new TraceText(report, Clock.systemUTC().millis()).lines());
      } else {
        screen.out().print(options.output().print(report));
      }
      screen.flush();
      return report.getFoundCount() == 0 ? ExitCode.PROBLEM : ExitCode.OK;
    }
  }
}
