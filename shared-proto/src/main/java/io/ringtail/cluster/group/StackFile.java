package io.ringtail.cluster.group;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.net.HostAndPort;
import io.ringtail.cluster.ClusterConfig;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The JGroups stack of one channel, with the values of its config filled in. Threads: any.
 *
 * <p>Of a stack of the user's own only {@code @BIND_ADDRESS@} and {@code @BIND_PORT@} are filled
 * in, if they occur.
 */
final class StackFile {
  private static final String RESOURCE = "stack.xml";

  /** Below what Linux gives to outgoing connections, so that only other servers may be there. */
  private static final int FIRST_FREE_PORT = 20_000;

  private static final int LAST_FREE_PORT = 32_000;
  private static final int FAILURE_DETECTION_OFFSET = 100;

  /** The next ones are tried too; as in the stack. */
  private static final int FAILURE_DETECTION_MORE_PORTS = 3;

  private StackFile() {}

  static InputStream of(ClusterConfig config, int port) throws IOException {
    String xml =
        template(config)
            .replace("@BIND_ADDRESS@", escaped(config.bindHost()))
            .replace("@BIND_PORT@", Integer.toString(port))
            .replace("@DISCOVERY@", discovery(config));
    return new ByteArrayInputStream(xml.getBytes(UTF_8));
  }

  private static String template(ClusterConfig config) throws IOException {
    if (config.discovery() == ClusterConfig.Discovery.STACK) {
      return Files.readString(Path.of(config.stack()));
    }
    try (InputStream in = StackFile.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new FileNotFoundException(RESOURCE);
      }
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static String discovery(ClusterConfig config) {
    return switch (config.discovery()) {
      case STATIC ->
          "<TCPPING initial_hosts=\""
              + hosts(config)
              + "\" port_range=\"0\" num_discovery_runs=\"4\"/>";
      case DIRECTORY -> // told of the hosts before and after joining, see DirectoryHosts
          "<TCPPING port_range=\"0\" num_discovery_runs=\"4\"/>";
      case DNS ->
          "<dns.DNS_PING dns_query=\"" + escaped(config.dns()) + "\" num_discovery_runs=\"3\"/>";
      case STACK -> "";
      case FIXED -> throw new IllegalArgumentException("discovery: fixed needs no JGroups");
    };
  }

  private static String hosts(ClusterConfig config) {
    return config.hosts().stream()
        .map(HostAndPort::fromString)
        .map(h -> escaped(h.getHost()) + "[" + h.getPort() + "]")
        .collect(Collectors.joining(","));
  }

  /** A port that is free and whose port for failure detection is free too. */
  static int freePort(String host) throws IOException {
    for (int i = 0; i < 1_000; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_FREE_PORT, LAST_FREE_PORT);
      if (isFree(host, port) && isFree(host, port + FAILURE_DETECTION_OFFSET)) {
        return port;
      }
    }
    throw new IOException("cluster.bind: no two free ports on " + host);
  }

  private static boolean isFree(String host, int port) {
    return whyNotFree(host, port).isEmpty();
  }

  /** Why failure detection beside {@code port} can have no port; empty if it can. */
  static Optional<IOException> whyNoFailureDetection(String host, int port) {
    int first = port + FAILURE_DETECTION_OFFSET;
    int last = first + FAILURE_DETECTION_MORE_PORTS;
    return IntStream.rangeClosed(first, last).anyMatch(p -> isFree(host, p))
        ? Optional.empty()
        : Optional.of(
            new IOException("none of the ports " + first + " to " + last + " above it is free"));
  }

  /** Why nothing can listen there; empty if something can. */
  static Optional<IOException> whyNotFree(String host, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }

  private static String escaped(String value) {
    return value
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace("\"", "&quot;")
        .replace("${", "$&#123;");
  }
}
