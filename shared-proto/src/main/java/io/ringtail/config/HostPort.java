package io.ringtail.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code host:port} and {@code [ipv6]:port}. */
public final class HostPort {
  private static final Pattern SHAPE =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([^\\s:/\\[\\]]+)):([0-9]{1,5})");

  private HostPort() {}

  public static Optional<InetSocketAddress> parse(String text) {
    Matcher m = SHAPE.matcher(text.strip());
    if (!m.matches() || Integer.parseInt(m.group(3)) > 65_535) {
      return Optional.empty();
    }
    String host = m.group(1) == null ? m.group(2) : m.group(1);
    return Optional.of(resolved(host, Integer.parseInt(m.group(3))));
  }

  /** Keeps the host as it was written; a name that is not known yet stays unresolved. */
  private static InetSocketAddress resolved(String host, int port) {
    try {
      byte[] address = InetAddress.getByName(host).getAddress();
      return new InetSocketAddress(InetAddress.getByAddress(host, address), port);
    } catch (UnknownHostException e) {
      return InetSocketAddress.createUnresolved(host, port);
    }
  }

  public static String print(InetSocketAddress address) {
    String host = address.getHostString();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }
}
