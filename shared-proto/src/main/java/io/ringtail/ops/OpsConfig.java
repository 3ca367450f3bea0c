package io.ringtail.ops;

import io.ringtail.config.ConfigSection;
import java.net.InetSocketAddress;

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
    InetSocketAddress http = s.hostPort("http", DEFAULT_HTTP);
    return new OpsConfig(http.getHostString(), http.getPort());
  }
}
