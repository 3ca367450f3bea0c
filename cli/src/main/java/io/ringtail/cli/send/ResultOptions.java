package io.ringtail.cli.send;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The words of every command that sends: how it says what became of that. Threads: one. */
public final class ResultOptions {
  /** What a result is printed as. */
  enum Output {
    TEXT,
    JSON
  }

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text, or json: a line a result (${DEFAULT-VALUE})")
  private Output output = Output.TEXT;

  @Option(names = "--quiet", description = "No progress on stderr, only trouble")
  private boolean quiet;

  public boolean json() {
    return output == Output.JSON;
  }

  /** Whether nothing but trouble is to be said on stderr. */
  public boolean quiet() {
    return quiet;
  }

  /** Prints a result on stdout, all of it at once. */
  public void print(String result) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(result);
    out.flush();
  }
}
