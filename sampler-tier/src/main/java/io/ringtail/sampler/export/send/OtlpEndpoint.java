package io.ringtail.sampler.export.send;

import io.ringtail.config.SafeUrl;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * Where and how to send OTLP.
 *
 * @param uri http or https; for gRPC only host and port are used
 * @param protocol gRPC, or HTTP with protobuf bodies
 * @param gzip whether requests are compressed
 * @param headers sent with every request; a request's own context headers go before them
 * @param headerFiles further ones, by name, whose values stand in files
 * @param timeout for one attempt, answer included
 */
public record OtlpEndpoint(
    URI uri,
    Protocol protocol,
    boolean gzip,
    Map<String, String> headers,
    Map<String, HeaderFile> headerFiles,
    Duration timeout) {
  private static final int HTTPS_PORT = 443;
  private static final int GRPC_PORT = 4317;
  private static final int HTTP_PORT = 4318;
  private static final String TRACES_PATH = "/v1/traces";

  public enum Protocol {
    GRPC,
    HTTP
  }

  public OtlpEndpoint {
    headers = Map.copyOf(headers);
    headerFiles = Map.copyOf(headerFiles);
  }

  /** Without header files. */
  public OtlpEndpoint(
      URI uri, Protocol protocol, boolean gzip, Map<String, String> headers, Duration timeout) {
    this(uri, protocol, gzip, headers, Map.of(), timeout);
  }

  boolean tls() {
    return uri.getScheme().equalsIgnoreCase("https");
  }

  /** As the URL says; without one 443 of https, and OTLP's own port of the protocol of http. */
  int port() {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    if (tls()) {
      return HTTPS_PORT;
    }
    return protocol == Protocol.GRPC ? GRPC_PORT : HTTP_PORT;
  }

  /** Where it leads, for people; without what could be a secret. */
  String shown() {
    return protocol == Protocol.GRPC
        ? uri.getScheme() + "://" + uri.getHost() + ":" + port()
        : SafeUrl.of(tracesUri().toString());
  }

  /** A base URL gets {@code /v1/traces} appended; one with a path is used as it is. */
  URI tracesUri() {
    String path = uri.getRawPath();
    boolean base = path == null || path.isEmpty() || path.equals("/");
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    String host = uri.getHost();
    return URI.create(
        uri.getScheme() + "://" + host + ":" + port() + (base ? TRACES_PATH : path) + query);
  }
}
