package io.ringtail.link;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Which request headers may travel with spans, and be set on exported requests. */
public final class HeaderNames {
  private static final Pattern NAME = Pattern.compile("[0-9A-Za-z_.-]+");

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

  private HeaderNames() {}

  /**
   * Whether a header of this name may be set by an operator or travel with spans: a name gRPC and
   * HTTP both take, that neither they nor the exporter set, and whose value is text.
   */
  public static boolean mayTravel(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return NAME.matcher(name).matches()
        && !RESERVED.contains(lower)
        && !lower.startsWith("grpc-")
        && !lower.endsWith("-bin");
  }
}
