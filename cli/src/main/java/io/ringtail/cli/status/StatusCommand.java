package io.ringtail.cli.status;

import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.Severity;
import io.ringtail.cli.admin.AdminClient;
import io.ringtail.cli.admin.NodeOptions;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.render.Output;
import io.ringtail.cli.render.Screen;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ringtail status}. */
@Command(
    name = "status",
    description = {
      "Tells how the cluster is: first whether it is well; then what is wrong, why, and what to do;"
          + " then every node with its load, its limits and what is under way.",
      "Any node tells of all. Exits with 1 if something is critical: lost, refused or standing still;"
          + " --fail-on makes it stricter."
    },
    footer = {
      "",
      "Examples:",
      "  ringtail status",
      "  ringtail status --watch 2 --node sampler-0.ringtail:4320",
      "  ringtail status --fail-on warning --output json | jq -r '.findings[].code'"
    })
public final class StatusCommand implements Callable<Integer> {
  private static final int LONGEST_WATCH_SECONDS = 3600;

  /** From which severity on the command fails. */
  enum FailOn {
    NOTICE(Severity.NOTICE),
    WARNING(Severity.WARNING),
    CRITICAL(Severity.CRITICAL);

    private final Severity severity;

    FailOn(Severity severity) {
      this.severity = severity;
    }

    int exitCode(ClusterStatus status) {
      return status.getSeverityValue() >= severity.getNumber() ? ExitCode.PROBLEM : ExitCode.OK;
    }
  }

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NodeOptions options = new NodeOptions();

  @Option(
      names = "--watch",
      paramLabel = "SECONDS",
      description = "Print it again every so many seconds, until Ctrl-C.")
  private int watchSeconds;

  @Option(
      names = "--all",
      description = "Print every node; otherwise, of many, those that findings name and the sum.")
  private boolean all;

  @Option(
      names = "--fail-on",
      paramLabel = "SEVERITY",
      defaultValue = "critical",
      description =
          "Exit with 1 from this severity on: notice, warning or critical (default:"
              + " ${DEFAULT-VALUE}).")
  private FailOn failOn = FailOn.CRITICAL;

  @Override
  public Integer call() throws InterruptedException {
    if (watchSeconds < 0 || watchSeconds > LONGEST_WATCH_SECONDS) {
      throw new ParameterException(
          spec.commandLine(),
          "--watch: " + watchSeconds + " (expected 1 to " + LONGEST_WATCH_SECONDS + " seconds)");
    }
    Screen screen = Screen.of(spec.commandLine());
    try (AdminClient client = options.connect()) {
      if (watchSeconds == 0) {
        ClusterStatus status = client.status();
        print(status, screen);
        return failOn.exitCode(status);
      }
      watch(client, screen);
      return ExitCode.OK;
    }
  }

  /** Goes on when nobody answers: to see that is why one watches. */
  private void watch(AdminClient client, Screen screen) throws InterruptedException {
    PrintWriter talk = spec.commandLine().getErr();
    while (!screen.out().checkError()) {
      try {
        ClusterStatus status = client.status();
        screen.clear();
        print(status, screen);
      } catch (CommandFailedException e) {
        talk.println("ringtail: " + e.getMessage());
        talk.flush();
      }
      TimeUnit.SECONDS.sleep(watchSeconds);
    }
  }

  private void print(ClusterStatus status, Screen screen) {
    if (options.output() == Output.TEXT) {
      new StatusPage(status, all).print(screen);
    } else {
      screen.out().print(options.output().print(status));
    }
    screen.flush();
  }
}
