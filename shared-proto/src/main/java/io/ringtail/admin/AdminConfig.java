package io.ringtail.admin;

import io.ringtail.config.ConfigSection;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where the admin service listens; the {@code admin} section.
 *
 * @param listen loopback unless configured otherwise, port 0 for any free; empty: off
 */
public record AdminConfig(Optional<InetSocketAddress> listen) {
  public static final String DEFAULT_LISTEN = "127.0.0.1:4320";

  /** Serves nobody; the node still answers others of its cluster. */
  public static AdminConfig off() {
    return new AdminConfig(Optional.empty());
  }

  public static AdminConfig read(ConfigSection section) {
    return section.string("listen").filter("off"::equals).isPresent()
        ? off()
        : new AdminConfig(Optional.of(section.hostPort("listen", DEFAULT_LISTEN)));
  }
}
