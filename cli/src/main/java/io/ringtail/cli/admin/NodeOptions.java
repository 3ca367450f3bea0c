package io.ringtail.cli.admin;

import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.render.Output;
import io.ringtail.config.DurationText;
import io.ringtail.config.HostPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which node is asked, for how long, and how the answer is printed. */
public final class NodeOptions {
  /** Where a node's admin service listens unless configured otherwise. */
  public static final String DEFAULT_NODE = "127.0.0.1:4320";

  private static final Duration LEAST = Duration.ofMillis(1);
  private static final Duration MOST = Duration.ofHours(1);

  @Option(
      names = "--node",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:RINGTAIL_NODE:-" + DEFAULT_NODE + "}",
      converter = Address.class,
      description =
          "Any node's admin service (default: RINGTAIL_NODE, or else " + DEFAULT_NODE + ").")
  private InetSocketAddress node = InetSocketAddress.createUnresolved("", 0);

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      converter = Time.class,
      description = "Longest wait for an answer (default: ${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ZERO;

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = Output.DESCRIPTION)
  private Output output = Output.TEXT;

  /** Connects with the first call. */
  public AdminClient connect() {
    if (timeout.compareTo(LEAST) < 0 || timeout.compareTo(MOST) > 0) {
      throw new CommandFailedException(
          ExitCode.USAGE, "--timeout: " + DurationText.print(timeout) + " (expected 1ms to 1h)");
    }
    return AdminClient.to(node, timeout);
  }

  public Output output() {
    return output;
  }

  /** {@code 127.0.0.1:4320}. */
  static final class Address implements ITypeConverter<InetSocketAddress> {
    @Override
    public InetSocketAddress convert(String word) {
      return HostPort.parse(word)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "\"" + word + "\" (expected: HOST:PORT, such as " + DEFAULT_NODE + ")"));
    }
  }

  /** {@code 5s}. */
  static final class Time implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String word) {
      return DurationText.parse(word)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "\"" + word + "\" (expected: " + DurationText.EXPECTED + ")"));
    }
  }
}
