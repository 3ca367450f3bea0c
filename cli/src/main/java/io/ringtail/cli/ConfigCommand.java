package io.ringtail.cli;

import io.ringtail.cli.exit.ExitCode;
import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigProblem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtail config check} and {@code print}. */
@Command(
    name = "config",
    description = "Checks or prints a config file.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {ConfigCommand.FINE, ConfigCommand.WRONG, ConfigCommand.MISUSED})
final class ConfigCommand implements Runnable {
  static final String FINE = "0: nothing is wrong with the file";
  static final String WRONG = "1: the file has problems, or cannot be read";
  static final String MISUSED = "2: wrong words on the command line";

  private static final String UNCUT =
      "# Budgets in bytes as configured; a node says what it cuts of them when it starts"
          + " (event=memory-cut).";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "config check or config print?");
  }

  @Command(
      name = "check",
      description = {
        "Says everything that is wrong with a config file, and exits 1 if anything is.",
        "The router's part is always checked, the sampler's if there is sampler: or tail_sampling:."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {FINE, WRONG, MISUSED})
  int check(@Parameters(paramLabel = "FILE", description = "The config file.") Path path) {
    PrintWriter out = spec.commandLine().getOut();
    ConfigFile file = NodeConfigs.readAll(path);
    List<ConfigProblem> problems = file.problems();
    problems.forEach(out::println);
    out.flush();
    if (!problems.isEmpty()) {
      return ExitCode.PROBLEM;
    }
    String which =
        NodeConfigs.isSamplers(file)
            ? ""
            : " (checked as a router's only: it has neither sampler: nor tail_sampling:)";
    spec.commandLine().getErr().println(path + ": nothing wrong" + which);
    return ExitCode.OK;
  }

  @Command(
      name = "print",
      description = {
        "Prints the effective configuration, defaults filled in and secrets masked.",
        "Budgets in bytes are printed as configured: a node cuts those that its JVM has no memory",
        "for when it starts, and says so in its log (event=memory-cut).",
        "A file with problems is not printed: they are, and the exit code is 1."
      },
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {FINE, WRONG, MISUSED})
  int print(@Parameters(paramLabel = "FILE", description = "The config file.") Path path) {
    ConfigFile file = NodeConfigs.readAll(path);
    if (!file.problems().isEmpty()) {
      file.problems().forEach(spec.commandLine().getErr()::println);
      return ExitCode.PROBLEM;
    }
    spec.commandLine().getOut().println(UNCUT);
    spec.commandLine().getOut().print(file.effective());
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
