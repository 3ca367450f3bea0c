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
@Command(name = "config", description = "Checks or prints a config file.")
final class ConfigCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "config check or config print?");
  }

  @Command(
      name = "check",
      description = "Says everything that is wrong with a config file, and exits 1 if anything is.")
  int check(@Parameters(paramLabel = "FILE", description = "The config file.") Path path) {
    PrintWriter out = spec.commandLine().getOut();
    List<ConfigProblem> problems = NodeConfigs.readAll(path).problems();
    problems.forEach(out::println);
    out.flush();
    if (!problems.isEmpty()) {
      return ExitCode.PROBLEM;
    }
    spec.commandLine().getErr().println(path + ": nothing wrong");
    return ExitCode.OK;
  }

  @Command(
      name = "print",
      description = {
        "Prints the effective configuration, defaults filled in and secrets masked.",
        "A file with problems is not printed: they are, and the exit code is 1."
      })
  int print(@Parameters(paramLabel = "FILE", description = "The config file.") Path path) {
    ConfigFile file = NodeConfigs.readAll(path);
    if (!file.problems().isEmpty()) {
      file.problems().forEach(spec.commandLine().getErr()::println);
      return ExitCode.PROBLEM;
    }
    spec.commandLine().getOut().print(file.effective());
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }
}
