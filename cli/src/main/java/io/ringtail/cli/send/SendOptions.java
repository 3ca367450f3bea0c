package io.ringtail.cli.send;

import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.compress.Compression;
import io.ringtail.config.DurationText;
import io.ringtail.config.HostPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The words of every command that sends: where to, how, and how often again. Threads: one. */
public final class SendOptions {
  private static final Duration MAX_RETRY_DELAY = Duration.ofSeconds(5);
  private static final Duration LEAST_TIMEOUT = Duration.ofMillis(1);

  /** More than any endpoint takes; keeps products of it an int. */
  private static final int MAX_PLACES = 1_000_000;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--endpoint",
      paramLabel = "HOST:PORT",
      converter = Words.Endpoint.class,
      description = "Where to send; may be given again (127.0.0.1:4317, or 4318 for HTTP)")
  private List<InetSocketAddress> endpoints = new ArrayList<>();

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      defaultValue = "grpc",
      converter = Words.ProtocolName.class,
      description = "grpc, http/protobuf or, to replay, http/json (${DEFAULT-VALUE})")
  private Transport.Protocol protocol = Transport.Protocol.GRPC;

  @Option(
      names = "--compression",
      paramLabel = "NAME",
      defaultValue = "none",
      converter = Words.CompressionName.class,
      description = "none, gzip or zstd (${DEFAULT-VALUE})")
  private Compression compression = Compression.NONE;

  @Option(
      names = "--header",
      paramLabel = "NAME=VALUE",
      description = "A header of every request; may be given again")
  private Map<String, String> headers = new LinkedHashMap<>();

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = Words.Time.class,
      description =
          "Longest wait for an answer, and to reach an endpoint at all (${DEFAULT-VALUE})")
  private Duration timeout = Duration.ZERO;

  @Option(
      names = "--max-retries",
      paramLabel = "N",
      defaultValue = "20",
      description = "Times a request is sent again before it is lost (${DEFAULT-VALUE})")
  private int maxRetries;

  @Option(
      names = "--max-elapsed",
      paramLabel = "TIME",
      defaultValue = "1m",
      converter = Words.Time.class,
      description = "Longest time a request is retried before it is lost (${DEFAULT-VALUE})")
  private Duration maxElapsed = Duration.ZERO;

  @Option(
      names = "--retry-delay",
      paramLabel = "TIME",
      defaultValue = "500ms",
      converter = Words.Time.class,
      description = "Wait before the first retry, growing to 5s, +-50 %% (${DEFAULT-VALUE})")
  private Duration retryDelay = Duration.ZERO;

  public Transport.Protocol protocol() {
    return protocol;
  }

  public Duration timeout() {
    return timeout;
  }

  /** Those given, or the one of the protocol on loopback. */
  public List<InetSocketAddress> endpoints() {
    return endpoints.isEmpty()
        ? List.of(InetSocketAddress.createUnresolved("127.0.0.1", protocol.defaultPort()))
        : List.copyOf(endpoints);
  }

  /**
   * @param inFlight requests at a time, over all senders
   */
  public Deliveries.Terms terms(int inFlight) {
    RetryPolicy retries = new RetryPolicy(maxRetries, maxElapsed, retryDelay, MAX_RETRY_DELAY);
    return new Deliveries.Terms(inFlight, retries, timeout);
  }

  /**
   * A sender an endpoint, in their order.
   *
   * @param connections to each endpoint
   * @param inFlight requests on one connection
   * @param senders filled as they are opened, so that they can be closed whatever comes
   * @throws ParameterException a header that cannot be sent
   */
  public void open(int connections, int inFlight, List<Sender> senders) {
    Transport transport =
        new Transport(protocol, compression, headers, connections, inFlight, timeout);
    for (InetSocketAddress endpoint : endpoints()) {
      try {
        senders.add(transport.open(endpoint));
      } catch (IllegalArgumentException e) {
        throw misuse("--header: " + e.getMessage());
      }
    }
  }

  /**
   * What a command ends with that has not reached any.
   *
   * @param why what the last request was told
   */
  public CommandFailedException unreachable(String why) {
    String asked = endpoints().stream().map(HostPort::print).collect(Collectors.joining(", "));
    return new CommandFailedException(
        ExitCode.UNREACHABLE,
        "nobody answered at "
            + asked
            + (" by " + protocol)
            + (" (a router has port " + protocol.defaultPort() + " for that by default): ")
            + why);
  }

  /** Checks these words and the two numbers of the command's own. */
  public void check(int connections, int inFlight) {
    Bounds bounds = new Bounds(spec);
    bounds.require(connections >= 1, "--connections", connections, "at least 1");
    bounds.require(inFlight >= 1, "--in-flight", inFlight, "at least 1");
    if ((long) connections * inFlight * endpoints().size() > MAX_PLACES) {
      throw misuse("--connections times --in-flight: over " + MAX_PLACES + " requests at a time");
    }
    bounds.require(maxRetries >= 0, "--max-retries", maxRetries, "at least 0");
    bounds.require(
        timeout.compareTo(LEAST_TIMEOUT) >= 0,
        "--timeout",
        DurationText.print(timeout),
        "at least " + DurationText.print(LEAST_TIMEOUT));
  }

  /** Refuses JSON, for commands that make protobuf. */
  public void checkNotJson() {
    new Bounds(spec)
        .require(
            protocol != Transport.Protocol.HTTP_JSON,
            "--protocol",
            protocol,
            "grpc or http/protobuf");
  }

  private ParameterException misuse(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
