package io.ringtail.sampler.export.send;

import io.ringtail.link.Header;
import io.ringtail.link.RequestContext;
import io.ringtail.otlp.MalformedWireException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The headers of one request: configured ones, overridden by those its spans came with. */
public final class RequestHeaders {
  private static final String VERSION = version();

  /** OTLP asks for the second part; a product may put its own before it. */
  static final String USER_AGENT = "Ringtail/" + VERSION + " OTel-OTLP-Exporter-Java/" + VERSION;

  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  /** Set by the exporter or the connection; never taken from a config or a client. */
  private static final Set<String> RESERVED =
      Set.of(
          "connection",
          "content-encoding",
          "content-length",
          "content-type",
          "date",
          "expect",
          "host",
          "http2-settings",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "user-agent");

  private RequestHeaders() {}

  /** Whether a header of this name may be set by an operator or travel with spans. */
  public static boolean allowed(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return NAME.matcher(name).matches()
        && !RESERVED.contains(lower)
        && !lower.startsWith("grpc-")
        && !lower.endsWith("-bin");
  }

  /** By name in lower case; names that may not be set are left out. */
  static Map<String, String> of(Map<String, String> configured, Header context) {
    Map<String, String> headers = new TreeMap<>();
    configured.forEach((name, value) -> put(headers, name, value));
    if (context.size() > 0) {
      try {
        RequestContext.headers(context).forEach((name, value) -> put(headers, name, value));
      } catch (MalformedWireException e) {
        throw new IllegalArgumentException("request context: " + e.getMessage(), e);
      }
    }
    return headers;
  }

  private static void put(Map<String, String> headers, String name, String value) {
    if (allowed(name)) {
      headers.put(name.toLowerCase(Locale.ROOT), value);
    }
  }

  private static String version() {
    String version = RequestHeaders.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
