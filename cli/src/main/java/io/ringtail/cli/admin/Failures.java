package io.ringtail.cli.admin;

import com.google.common.base.Throwables;
import io.grpc.Status;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.config.DurationText;
import java.time.Duration;

/**
 * What a failed call says to the operator, and the exit code: {@value ExitCode#UNREACHABLE} if
 * nobody who is asked answers, {@value ExitCode#USAGE} if the words were wrong, else {@value
 * ExitCode#PROBLEM}.
 *
 * <p>One code stands for several things: {@code UNAVAILABLE} without a connection has a cause, one
 * that the node tells of another node has not; a deadline that passed here is worded by gRPC.
 */
final class Failures {
  private static final String DEADLINE_HERE = "deadline exceeded after";
  private static final String DEADLINE_BEFORE = "CallOptions deadline";

  private final String address;
  private final Duration timeout;

  Failures(String address, Duration timeout) {
    this.address = address;
    this.timeout = timeout;
  }

  CommandFailedException of(Status status) {
    String said = String.valueOf(status.getDescription());
    return switch (status.getCode()) {
      case UNAVAILABLE -> unavailable(status, said);
      case DEADLINE_EXCEEDED -> unreachable(isHere(said) ? noAnswer() : said);
      case UNIMPLEMENTED ->
          unreachable(
              address
                  + " answers, but not as a Ringtail node's admin service of this version does: "
                  + said);
      case INVALID_ARGUMENT -> new CommandFailedException(ExitCode.USAGE, said);
      case FAILED_PRECONDITION, NOT_FOUND -> new CommandFailedException(ExitCode.PROBLEM, said);
      default ->
          status.getCause() == null
              ? new CommandFailedException(
                  ExitCode.PROBLEM, address + ": " + status.getCode() + ": " + said)
              : unreachable(noService(status.getCause()));
    };
  }

  /** Whether the node asked did not answer in time, as this process has counted it. */
  static boolean isNoAnswer(Status status) {
    return status.getCode() == Status.Code.DEADLINE_EXCEEDED
        && isHere(String.valueOf(status.getDescription()));
  }

  private static boolean isHere(String said) {
    return said.contains(DEADLINE_HERE) || said.contains(DEADLINE_BEFORE);
  }

  private String noAnswer() {
    return address + " did not answer within " + DurationText.print(timeout) + " (--timeout)";
  }

  private CommandFailedException unavailable(Status status, String said) {
    return unreachable(status.getCause() == null ? said : noService(status.getCause()));
  }

  private String noService(Throwable cause) {
    return "no node answers at "
        + address
        + " ("
        + firstLine(Throwables.getRootCause(cause))
        + "): is admin.listen of a node that address? --node or RINGTAIL_NODE says which is asked"
        + (isLoopback() ? "; " + wayToAnother() : "");
  }

  private boolean isLoopback() {
    return address.startsWith("127.")
        || address.startsWith("localhost:")
        || address.startsWith("[::1]:");
  }

  /** Nodes listen on loopback unless told otherwise: those of other machines are reached so. */
  private String wayToAnother() {
    String port = address.substring(address.lastIndexOf(':') + 1);
    return "a node elsewhere is reached by ssh -L "
        + port
        + ":127.0.0.1:4320 HOST, or kubectl port-forward POD "
        + port
        + ":4320, while that runs";
  }

  private static String firstLine(Throwable cause) {
    String message = cause.getMessage();
    return message == null || message.isEmpty()
        ? cause.getClass().getSimpleName()
        : message.lines().findFirst().orElse("").replaceAll("\\. Hex dump.*", "");
  }

  private static CommandFailedException unreachable(String message) {
    return new CommandFailedException(ExitCode.UNREACHABLE, message);
  }
}
