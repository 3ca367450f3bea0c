package io.ringtail.cli.admin;

import io.ringtail.trace.TraceId;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Trace IDs as words of the command line. */
public final class TraceIds {
  private TraceIds() {}

  /**
   * The ID in lower case.
   *
   * @throws ParameterException if it is none, or all zero
   */
  public static String checked(CommandSpec command, String hex) {
    try {
      TraceId id = TraceId.parse(hex.toLowerCase(Locale.ROOT));
      if (id.isValid()) {
        return id.toString();
      }
    } catch (IllegalArgumentException e) {
      // told below, as for an ID of zeros
    }
    throw new ParameterException(
        command.commandLine(),
        "\"" + hex + "\" is no trace ID (expected 32 hex digits, not all zero)");
  }
}
