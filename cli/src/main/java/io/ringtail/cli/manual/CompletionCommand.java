package io.ringtail.cli.manual;

import io.ringtail.cli.exit.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ringtail completion}. */
@Command(
    name = "completion",
    description = "Prints a script that lets bash (and zsh) complete commands and options.",
    footer = {
      "",
      "Examples:",
      "  source <(ringtail completion)",
      "  ringtail completion > /etc/bash_completion.d/ringtail"
    })
public final class CompletionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    PrintWriter out = root.getOut();
    out.print(AutoComplete.bash(root.getCommandName(), root));
    out.flush();
    return ExitCode.OK;
  }
}
