package io.ringtail.router.receive;

import io.ringtail.config.ConfigSection;
import io.ringtail.link.HeaderNames;
import io.ringtail.link.LinkMethod;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The {@code router.receive} section.
 *
 * @param grpc where OTLP/gRPC is served; null if {@code off}
 * @param http where OTLP/HTTP is served; null if {@code off}
 * @param maxRequestBytes largest body, before and after decompression; less than a link can carry
 * @param maxBytesInFlight budget of all bodies being received or not yet answered
 * @param maxBytesIncoming of these, of requests that are not whole yet; what the plan of the
 *     router's memory gives, not a key
 * @param contextHeaders names, in lower case, of request headers that travel with the spans
 * @param maxConcurrentCalls gRPC calls at once on one connection
 * @param maxConnections open connections of each server
 * @param maxHeaderBytes largest HTTP header block and gRPC metadata
 * @param times how long things may take
 */
public record ReceiveConfig(
    @Nullable InetSocketAddress grpc,
    @Nullable InetSocketAddress http,
    int maxRequestBytes,
    long maxBytesInFlight,
    long maxBytesIncoming,
    List<String> contextHeaders,
    int maxConcurrentCalls,
    int maxConnections,
    int maxHeaderBytes,
    ReceiveTimes times) {
  private static final int MIB = 1024 * 1024;

  public ReceiveConfig {
    contextHeaders = List.copyOf(contextHeaders);
  }

  /** The OTLP ports on loopback. */
  public static ReceiveConfig defaults() {
    return new ReceiveConfig(
        new InetSocketAddress("127.0.0.1", 4317),
        new InetSocketAddress("127.0.0.1", 4318),
        64 * MIB,
        256L * MIB,
        Long.MAX_VALUE,
        List.of(),
        128,
        10_000,
        16 * 1024,
        ReceiveTimes.defaults());
  }

  /** This with no more than that. */
  public ReceiveConfig within(long bytesIncoming, int requestBytes) {
    return new ReceiveConfig(
        grpc,
        http,
        Math.min(maxRequestBytes, requestBytes),
        maxBytesInFlight,
        Math.min(maxBytesIncoming, bytesIncoming),
        contextHeaders,
        maxConcurrentCalls,
        maxConnections,
        maxHeaderBytes,
        times);
  }

  /** Reads the section; wrong values become its problems. */
  public static ReceiveConfig read(ConfigSection section) {
    ReceiveConfig otherwise = defaults();
    int maxRequestBytes =
        (int)
            section.bytes(
                "max-request-bytes", otherwise.maxRequestBytes, 1024, LinkMethod.MAX_REQUEST_BYTES);
    long maxBytesInFlight =
        section.bytes("max-bytes-in-flight", otherwise.maxBytesInFlight, MIB, 1L << 50);
    if (maxBytesInFlight < maxRequestBytes) {
      section.problem(
          "max-bytes-in-flight",
          maxBytesInFlight + " (expected: at least max-request-bytes, " + maxRequestBytes + ")");
    }
    return new ReceiveConfig(
        address(section, "grpc", "127.0.0.1:4317"),
        address(section, "http", "127.0.0.1:4318"),
        maxRequestBytes,
        maxBytesInFlight,
        otherwise.maxBytesIncoming,
        headerNames(section),
        section.integer("max-concurrent-calls", otherwise.maxConcurrentCalls, 1, 100_000),
        section.integer("max-connections", otherwise.maxConnections, 1, 10_000_000),
        (int) section.bytes("max-header-bytes", otherwise.maxHeaderBytes, 1024, MIB),
        ReceiveTimes.read(section));
  }

  private static @Nullable InetSocketAddress address(
      ConfigSection section, String key, String otherwise) {
    if (section.string(key).filter("off"::equals).isPresent()) {
      return null;
    }
    InetSocketAddress given = section.hostPort(key, otherwise);
    return new InetSocketAddress(given.getHostString(), given.getPort());
  }

  private static List<String> headerNames(ConfigSection section) {
    List<String> names =
        section.strings("context-headers").stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .distinct()
            .sorted()
            .toList();
    for (String name : names) {
      if (!HeaderNames.mayTravel(name)) {
        section.problem(
            "context-headers",
            "\""
                + name
                + "\" (expected the name of a text header that neither HTTP, gRPC nor the exporter"
                + " sets)");
      }
    }
    return names.stream().filter(HeaderNames::mayTravel).toList();
  }
}
