package io.ringtail.sampler.export;

import io.ringtail.config.ConfigSection;
import io.ringtail.config.SafeUrl;
import io.ringtail.link.HeaderNames;
import io.ringtail.sampler.export.send.HeaderFile;
import io.ringtail.sampler.export.send.OtlpEndpoint;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code sampler.export}: where kept traces go. With neither endpoints nor a file they are answered
 * at once and go nowhere. Immutable.
 *
 * @param endpoints of one OTLP backend; empty for none
 * @param balance how requests are given to them
 * @param maxInFlight OTLP requests not yet answered
 * @param maxInFlightBytes encoded bytes of these requests, but for a single larger one
 * @param file of OTLP JSON lines, appended to
 * @param maxQueuedBytes of each destination, waiting or in flight
 * @param disk where the OTLP queue goes on when half of its memory is full; empty for nowhere
 * @param maxRequestBytes encoded bytes of one request; a larger trace is cut between its spans
 * @param maxRequestSpans spans of one request, but for a single larger trace
 * @param linger longest wait for a request to fill
 * @param retryInitial first pause after a failure; each one doubles it
 * @param retryMax longest pause
 */
public record ExportConfig(
    List<OtlpEndpoint> endpoints,
    Balance balance,
    int maxInFlight,
    long maxInFlightBytes,
    Optional<Path> file,
    long maxQueuedBytes,
    Optional<DiskQueue> disk,
    int maxRequestBytes,
    int maxRequestSpans,
    Duration linger,
    Duration retryInitial,
    Duration retryMax) {

  /** How requests are given to several endpoints. */
  public enum Balance {
    /** In turn to all that work. */
    SPREAD,
    /** To the first in the list that works. */
    FAILOVER
  }

  /**
   * The queue on disk.
   *
   * @param directory of this node alone
   * @param maxBytes of all files in it
   */
  public record DiskQueue(Path directory, long maxBytes) {}

  private enum Compression {
    NONE,
    GZIP
  }

  private static final long MIB = 1 << 20;
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MILLI = Duration.ofMillis(1);

  public ExportConfig {
    endpoints = List.copyOf(endpoints);
  }

  public static ExportConfig defaults() {
    return read(new ConfigSection());
  }

  public static ExportConfig read(ConfigSection section) {
    ConfigSection otlp = section.section("otlp");
    ConfigSection retry = section.section("retry");
    Duration initial = retry.duration("initial", Duration.ofSeconds(5), MILLI, HOUR);
    Duration max = retry.duration("max", Duration.ofSeconds(30), MILLI, HOUR);
    if (max.compareTo(initial) < 0) {
      retry.problem("max", "is less than retry.initial (expected at least as long)");
    }
    return new ExportConfig(
        readEndpoints(otlp),
        otlp.oneOf("balance", Balance.SPREAD),
        otlp.integer("max-in-flight", 8, 1, 1000),
        Long.MAX_VALUE,
        readPath(section, "file"),
        section.bytes("max-queued-bytes", 64 * MIB, 1 << 10, Long.MAX_VALUE),
        readDisk(section.section("disk")),
        (int) section.bytes("max-request-bytes", 3 * MIB, 1, 64 * MIB),
        section.integer("max-request-spans", 8192, 1, Integer.MAX_VALUE),
        section.duration("linger", Duration.ofMillis(200), Duration.ZERO, HOUR),
        initial,
        max);
  }

  /** How many places each kept trace goes to. */
  public int destinations() {
    return (endpoints.isEmpty() ? 0 : 1) + (file.isPresent() ? 1 : 0);
  }

  /** Bytes of the requests that may be in flight, if none is larger than it should be. */
  public long mostInFlightBytes() {
    return (long) maxInFlight * maxRequestBytes;
  }

  /** This with no more bytes than that. */
  public ExportConfig within(long queuedBytes, long inFlightBytes) {
    return new ExportConfig(
        endpoints,
        balance,
        maxInFlight,
        Math.min(maxInFlightBytes, inFlightBytes),
        file,
        Math.min(maxQueuedBytes, queuedBytes),
        disk,
        maxRequestBytes,
        maxRequestSpans,
        linger,
        retryInitial,
        retryMax);
  }

  private static List<OtlpEndpoint> readEndpoints(ConfigSection otlp) {
    OtlpEndpoint.Protocol protocol = otlp.oneOf("protocol", OtlpEndpoint.Protocol.GRPC);
    boolean gzip = otlp.oneOf("compression", Compression.NONE) == Compression.GZIP;
    Map<String, String> headers = otlp.secrets("headers");
    for (String name : headers.keySet()) {
      if (!HeaderNames.mayTravel(name)) {
        otlp.section("headers").problem(name, "cannot be set (expected another header name)");
      }
    }
    Map<String, HeaderFile> files = readHeaderFiles(otlp, headers);
    Duration timeout = otlp.duration("timeout", Duration.ofSeconds(10), MILLI, HOUR);
    List<OtlpEndpoint> endpoints = new ArrayList<>();
    List<String> urls = readUrls(otlp);
    for (int i = 0; i < urls.size(); i++) {
      readUrl(otlp, i, urls.get(i))
          .ifPresent(
              uri -> endpoints.add(new OtlpEndpoint(uri, protocol, gzip, headers, files, timeout)));
    }
    return endpoints;
  }

  private static Map<String, HeaderFile> readHeaderFiles(
      ConfigSection otlp, Map<String, String> headers) {
    ConfigSection section = otlp.section("headers-files");
    Map<String, HeaderFile> files = new LinkedHashMap<>();
    for (String name : section.keys()) {
      String text = section.string(name, "");
      Optional<HeaderFile> file = HeaderFile.parse(text);
      if (file.isEmpty()) {
        section.problem(name, '"' + text + "\" (expected " + HeaderFile.EXPECTED + ")");
      } else if (!HeaderNames.mayTravel(name)) {
        section.problem(name, "cannot be set (expected another header name)");
      } else if (headers.keySet().stream().anyMatch(name::equalsIgnoreCase)) {
        section.problem(name, "is among headers too (expected one of the two)");
      } else {
        files.put(name, file.get());
      }
    }
    return files;
  }

  private static List<String> readUrls(ConfigSection otlp) {
    List<String> several = otlp.strings("endpoints");
    String one = otlp.string("endpoint", "");
    if (one.isEmpty()) {
      return several;
    }
    if (!several.isEmpty()) {
      otlp.problem("endpoints", "stands beside endpoint (expected one of the two)");
    }
    return List.of(one);
  }

  private static Optional<URI> readUrl(ConfigSection otlp, int index, String text) {
    String wrong;
    try {
      URI uri = new URI(text);
      wrong = whyNot(uri);
      if (wrong.isEmpty()) {
        return Optional.of(uri);
      }
    } catch (URISyntaxException e) {
      wrong = "expected a URL: " + e.getReason();
    }
    String message = '"' + SafeUrl.of(text) + "\" (" + wrong + ")";
    if (otlp.has("endpoint")) {
      otlp.problem("endpoint", message);
    } else {
      otlp.itemProblem("endpoints", index, message);
    }
    return Optional.empty();
  }

  /** Empty if it can be sent to. */
  private static String whyNot(URI uri) {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme();
    if ((!scheme.equals("http") && !scheme.equals("https")) || uri.getHost() == null) {
      return "expected a URL such as http://127.0.0.1:4317";
    }
    return uri.getRawUserInfo() == null
        ? ""
        : "expected a URL without user info; headers: { Authorization: ... } carries it";
  }

  private static Optional<DiskQueue> readDisk(ConfigSection disk) {
    long maxBytes = disk.bytes("max-bytes", 1 << 30, 1 << 10, Long.MAX_VALUE);
    return readPath(disk, "directory").map(path -> new DiskQueue(path, maxBytes));
  }

  private static Optional<Path> readPath(ConfigSection section, String key) {
    String text = section.string(key, "");
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      section.problem(key, '"' + text + "\" (expected a path: " + e.getReason() + ")");
      return Optional.empty();
    }
  }
}
