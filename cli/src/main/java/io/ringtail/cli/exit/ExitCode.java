package io.ringtail.cli.exit;

/** What the command's exit code says. */
public final class ExitCode {
  /** All went well. */
  public static final int OK = 0;

  /** The command ran and found a problem. */
  public static final int PROBLEM = 1;

  /** Wrong words on the command line, or a wrong config file. */
  public static final int USAGE = 2;

  /** Nobody answered at the address given. */
  public static final int UNREACHABLE = 69;

  private ExitCode() {}
}
