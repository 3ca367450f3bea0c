package io.ringtail.cli.manual;

import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ringtail man-pages DIRECTORY}. */
@Command(
    name = "man-pages",
    description = "Writes a page of the manual for every command into a directory.",
    footer = {
      "",
      "Examples:",
      "  ringtail man-pages /usr/local/share/man/man1 && man ringtail-status"
    })
public final class ManPagesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "DIRECTORY", description = "Made if it is not there.")
  private Path directory = Path.of("");

  @Option(
      names = "--completion",
      paramLabel = "FILE",
      description = "Write what completion prints too, as a build does.")
  private @Nullable Path completion;

  @Override
  public Integer call() {
    try {
      Files.createDirectories(directory);
      CommandLine root = spec.root().commandLine();
      write(root);
      if (completion != null) {
        Path above = completion.toAbsolutePath().getParent();
        Files.createDirectories(above == null ? completion : above);
        Files.writeString(completion, AutoComplete.bash(root.getCommandName(), root));
      }
      return ExitCode.OK;
    } catch (IOException e) {
      throw new CommandFailedException(
          ExitCode.PROBLEM,
          "cannot write: " + e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }

  private void write(CommandLine command) throws IOException {
    ManPage page = new ManPage(command.getCommandSpec());
    Files.writeString(directory.resolve(page.fileName()), page.text());
    for (CommandLine child : command.getSubcommands().values()) {
      write(child);
    }
  }
}
