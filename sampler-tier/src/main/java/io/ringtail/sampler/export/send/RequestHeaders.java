package io.ringtail.sampler.export.send;

import io.ringtail.link.Header;
import io.ringtail.link.HeaderNames;
import io.ringtail.link.RequestContext;
import io.ringtail.otlp.MalformedWireException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The headers of one request: configured ones, overridden by those its spans came with. */
final class RequestHeaders {
  private static final String VERSION = version();

  /** OTLP asks for the second part; a product may put its own before it. */
  static final String USER_AGENT = "Ringtail/" + VERSION + " OTel-OTLP-Exporter-Java/" + VERSION;

  private RequestHeaders() {}

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
    if (HeaderNames.mayTravel(name)) {
      headers.put(name.toLowerCase(Locale.ROOT), value);
    }
  }

  private static String version() {
    String version = RequestHeaders.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }
}
