package io.ringtail.cluster;

import com.google.common.net.HostAndPort;
import io.ringtail.config.ConfigSection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a node finds the others; the {@code cluster} section. Only what {@code discovery} names is
 * used of {@code hosts}, {@code directory}, {@code dns}, {@code stack} and {@code members}.
 *
 * @param name only nodes of one name find each other
 * @param bindHost address JGroups binds
 * @param bindPort its port; failure detection binds 100 above; 0 for any free two
 * @param discovery how others are found
 * @param hosts {@code host:port} of nodes to ask (not necessarily all); the node itself if none
 * @param directory directory all nodes of this machine can write
 * @param dns name that resolves to the addresses of all nodes
 * @param stack file with a JGroups stack of the user's own
 * @param members the whole cluster, if it is fixed
 * @param minSamplers fewer ACTIVE samplers than this and a node is not ready; 0 for no limit
 */
public record ClusterConfig(
    String name,
    String bindHost,
    int bindPort,
    Discovery discovery,
    List<String> hosts,
    String directory,
    String dns,
    String stack,
    List<Member> members,
    int minSamplers) {
  private static final String DEFAULT_BIND = "127.0.0.1:7800";

  public ClusterConfig {
    hosts = List.copyOf(hosts);
    members = List.copyOf(members);
  }

  /** How nodes find each other. */
  public enum Discovery {
    /** Asks {@code hosts}. */
    STATIC,
    /** Reads the files that the others of this machine leave in {@code directory}. */
    DIRECTORY,
    /** Asks all addresses that the name {@code dns} has. */
    DNS,
    /** As the JGroups stack in the file {@code stack} says. */
    STACK,
    /** Does not: {@code members} are the cluster, without JGroups. */
    FIXED
  }

  /** A cluster that only finds nodes at the default port of this machine. */
  public static ClusterConfig defaults() {
    return new ClusterConfig(
        "ringtail",
        "127.0.0.1",
        7800,
        Discovery.STATIC,
        List.of(DEFAULT_BIND),
        "",
        "",
        "",
        List.of(),
        0);
  }

  /** A cluster of nodes on this machine that share a directory; any free ports. */
  public static ClusterConfig inDirectory(String name, String directory) {
    return new ClusterConfig(
        name, "127.0.0.1", 0, Discovery.DIRECTORY, List.of(), directory, "", "", List.of(), 0);
  }

  /** A fixed cluster without JGroups. */
  public static ClusterConfig fixed(List<Member> members) {
    return new ClusterConfig(
        "ringtail", "127.0.0.1", 0, Discovery.FIXED, List.of(), "", "", "", members, 0);
  }

  public static ClusterConfig read(ConfigSection s) {
    HostAndPort bind = hostAndPort(s, "bind", s.string("bind", DEFAULT_BIND));
    List<String> hosts = s.strings("hosts");
    for (int i = 0; i < hosts.size(); i++) {
      if (parse(hosts.get(i)).isEmpty()) {
        s.itemProblem("hosts", i, wrong(hosts.get(i)));
      }
    }
    Discovery otherwise = s.has("stack") ? Discovery.STACK : Discovery.STATIC;
    ClusterConfig config =
        new ClusterConfig(
            s.string("name", "ringtail"),
            bind.getHost(),
            bind.getPort(),
            s.oneOf("discovery", otherwise),
            hosts.isEmpty() ? List.of(bind.toString()) : hosts,
            s.string("directory", ""),
            s.string("dns", ""),
            s.string("stack", ""),
            members(s),
            s.integer("min-samplers", 0, 0, 100_000));
    if (config.discovery == Discovery.STATIC) {
      s.chosen("hosts", config.hosts);
    }
    config.check(s);
    return config;
  }

  /** Whether members come and go, and slots with them. */
  public boolean slotsMove() {
    return discovery != Discovery.FIXED;
  }

  /** Whether it asks nobody but itself, so that it is alone unless others ask it. */
  public boolean namesOnlyItself() {
    String self = HostAndPort.fromParts(bindHost, bindPort).toString();
    return discovery == Discovery.STATIC && hosts.stream().allMatch(self::equals);
  }

  private void check(ConfigSection s) {
    switch (discovery) {
      case STATIC -> {
        if (bindPort == 0) {
          s.problem("bind", "port 0 (expected a port others can name, with discovery: static)");
        }
      }
      case DIRECTORY -> required(s, "directory", directory.isEmpty(), "a directory");
      case DNS -> {
        required(s, "dns", dns.isEmpty(), "a name");
        if (bindPort == 0) {
          s.problem("bind", "port 0 (expected the same port on all nodes, with discovery: dns)");
        }
      }
      case STACK -> required(s, "stack", stack.isEmpty(), "a file");
      case FIXED -> required(s, "members", members.isEmpty(), "the members");
    }
  }

  private void required(ConfigSection s, String key, boolean missing, String what) {
    if (missing) {
      String chosen = discovery.name().toLowerCase(java.util.Locale.ROOT);
      s.problem(key, "missing (expected " + what + ", with discovery: " + chosen + ")");
    }
  }

  private static List<Member> members(ConfigSection s) {
    List<Member> members = new ArrayList<>();
    for (ConfigSection m : s.sections("members")) {
      Member.Role role = m.oneOf("role", Member.Role.SAMPLER);
      boolean sampler = role == Member.Role.SAMPLER;
      String id = m.string("id", "");
      String link = m.string("link", "");
      if (id.isEmpty()) {
        m.problem("id", "missing (expected a node id)");
      }
      if (sampler) {
        hostAndPort(m, "link", link);
      }
      members.add(
          new Member(
              id,
              new Incarnation(EpochOrder.ONLY, 0),
              role,
              Member.State.ACTIVE,
              m.integer("weight", sampler ? 100 : 0, 0, 10_000),
              link,
              m.string("ops", ""),
              m.string("zone", ""),
              1));
    }
    return members;
  }

  private static HostAndPort hostAndPort(ConfigSection s, String key, String value) {
    Optional<HostAndPort> at = parse(value);
    if (at.isEmpty()) {
      s.problem(key, wrong(value));
    }
    return at.orElseGet(() -> HostAndPort.fromString(DEFAULT_BIND));
  }

  private static Optional<HostAndPort> parse(String value) {
    try {
      return Optional.of(HostAndPort.fromString(value))
          .filter(at -> at.hasPort() && !at.getHost().isEmpty());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String wrong(String value) {
    return '"' + value + "\" (expected host:port: " + DEFAULT_BIND + ")";
  }
}
