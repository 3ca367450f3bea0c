package io.ringtail.cluster;

import io.ringtail.config.ConfigSection;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Who a node is; the {@code node} section.
 *
 * @param id stable name by which the ring knows it; the host name if not set
 * @param zone failure zone; empty if unknown
 */
public record NodeConfig(String id, String zone) {
  public static NodeConfig read(ConfigSection section) {
    String id = section.string("id", hostName());
    if (id.isBlank()) {
      section.problem("id", "\"\" (expected a name that no other node has)");
    }
    return new NodeConfig(id, section.string("zone", ""));
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
