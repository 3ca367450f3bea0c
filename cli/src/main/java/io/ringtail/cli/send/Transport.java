package io.ringtail.cli.send;

import io.ringtail.compress.Compression;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;

/**
 * How requests travel; the same for all endpoints.
 *
 * @param headers sent with every request
 * @param connections to each endpoint
 * @param inFlight requests on one connection that wait for an answer
 * @param timeout from sending a request to its answer
 */
public record Transport(
    Protocol protocol,
    Compression compression,
    Map<String, String> headers,
    int connections,
    int inFlight,
    Duration timeout) {
  static final String USER_AGENT = "ringtail";

  /** The protocols of OTLP, by the names OpenTelemetry gives them. */
  public enum Protocol {
    GRPC("grpc", 4317),
    HTTP_PROTOBUF("http/protobuf", 4318),
    HTTP_JSON("http/json", 4318);

    private final String wireName;
    private final int defaultPort;

    Protocol(String wireName, int defaultPort) {
      this.wireName = wireName;
      this.defaultPort = defaultPort;
    }

    /** Where it is served unless told otherwise. */
    public int defaultPort() {
      return defaultPort;
    }

    @Override
    public String toString() {
      return wireName;
    }
  }

  /**
   * Opens the connections to one endpoint, lazily.
   *
   * @throws IllegalArgumentException a header that cannot be sent
   */
  public Sender open(InetSocketAddress endpoint) {
    return protocol == Protocol.GRPC
        ? new GrpcSender(endpoint, this)
        : new HttpSender(endpoint, this);
  }
}
