package io.ringtail.cli.admin;

import io.ringtail.admin.v1.Change;
import io.ringtail.cli.render.Output;
import io.ringtail.cli.render.Screen;
import java.io.PrintWriter;
import picocli.CommandLine;

/** A change asked for by words of the command line. */
final class Changes {
  private Changes() {}

  static void make(
      CommandLine command,
      AdminClient client,
      Output output,
      ChangeOptions options,
      Change change) {
    PrintWriter talk = command.getErr();
    new PlannedChange(client, output, Screen.of(command), talk, Confirmation.atTerminal(talk))
        .make(change, options.force(), options.yes());
  }
}
