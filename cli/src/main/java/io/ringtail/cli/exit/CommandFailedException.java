package io.ringtail.cli.exit;

/** Ends a command with one line on stderr and an exit code; never a stack trace. */
public final class CommandFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  /**
   * @param exitCode of {@link ExitCode}
   * @param message for the operator
   */
  public CommandFailedException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
