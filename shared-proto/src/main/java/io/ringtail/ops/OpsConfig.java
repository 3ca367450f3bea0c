package io.ringtail.ops;

import com.google.common.net.HostAndPort;
import io.ringtail.config.ConfigSection;

/**
 * Where the ops server listens; the {@code ops} section.
 *
 * @param host a name or address; loopback unless configured otherwise
 * @param port 0 for any free
 */
public record OpsConfig(String host, int port) {
  private static final String DEFAULT_HTTP = "127.0.0.1:9464";

  public static OpsConfig defaults() {
    return new OpsConfig("127.0.0.1", 9464);
  }

  public static OpsConfig read(ConfigSection s) {
    String http = s.string("http", DEFAULT_HTTP);
    try {
      HostAndPort at = HostAndPort.fromString(http);
      if (at.hasPort() && !at.getHost().isEmpty()) {
        return new OpsConfig(at.getHost(), at.getPort());
      }
    } catch (IllegalArgumentException e) {
      // told below, as for an address without a port
    }
    s.problem("http", '"' + http + "\" (expected host:port: " + DEFAULT_HTTP + ")");
    return defaults();
  }
}
