package io.ringtail.it.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * Routers and samplers as processes on loopback that find each other through a directory. Threads:
 * the test's.
 */
public final class Cluster implements AutoCloseable {
  private static final String MAIN = "io.ringtail.cli.Ringtail";

  /** Of the JVMs that run tests beside each other; each gives ports of a range of its own. */
  private static final int FORK = Integer.getInteger("ringtail.it.fork", 1);

  private static final int FORKS = 4;
  private static final int PORTS_A_FORK = 1_000;

  /** Above those that nodes take for JGroups, if any will do, and those of outgoing connections. */
  private static final int FIRST_PORT = 61_000 + (FORK - 1) % FORKS * PORTS_A_FORK;

  private static final int LAST_PORT = FIRST_PORT + PORTS_A_FORK;
  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration START = Duration.ofMinutes(5);

  /** No promise of a node's: as long as this machine may stand still, and much more. */
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final Settings settings;
  private Function<String, String> hosts = name -> LOOPBACK;
  private String clusterSettings = "";
  private final List<Node> routers = new ArrayList<>();
  private final List<Node> samplers = new ArrayList<>();

  /**
   * What all nodes of a cluster share.
   *
   * @param tailSampling the {@code tail_sampling:} block, indented as it stands in a file
   * @param sinkPort where samplers export to, OTLP/gRPC on loopback
   * @param routerFlags JVM flags of routers
   * @param samplerFlags JVM flags of samplers
   * @param samplerSettings further lines, first those under {@code sampler.export:}, indented by
   *     four, then those under {@code sampler:}, indented by two; {@code ${node}} stands for the
   *     node id; may be empty
   * @param routerSettings further lines under {@code router.receive:}, indented by four; may be
   *     empty
   * @param prefix words to put before a node's command, by its name; empty lists for none
   */
  public record Settings(
      String tailSampling,
      int sinkPort,
      List<String> routerFlags,
      List<String> samplerFlags,
      String samplerSettings,
      String routerSettings,
      Function<String, List<String>> prefix) {
    /** Small JVMs that start soon, nothing else set. */
    public static Settings small(String tailSampling, int sinkPort) {
      List<String> flags =
          List.of(
              "-Xmx256m",
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-XX:MaxDirectMemorySize=512m");
      return new Settings(
          tailSampling,
          sinkPort,
          flags,
          flags,
          "  max-buffered-bytes: 256MiB\n",
          "",
          name -> List.of());
    }
  }

  /** One node and where it listens. */
  public record Node(
      JavaProcess process, String host, int grpcPort, int httpPort, int opsPort, int adminPort) {
    /** Whether it takes OTLP; the others are samplers. */
    public boolean isRouter() {
      return httpPort != 0;
    }

    /** The value of a series of its /metrics, summed over labels; 0 if there is none. */
    public double metric(String name) throws IOException, InterruptedException {
      return metrics().sum(name);
    }

    /** Sum of those of that name whose labels contain {@code label}. */
    public double metric(String name, String label) throws IOException, InterruptedException {
      return metrics().sum(name, label);
    }

    /** All of its /metrics at one time. */
    public Scrape metrics() throws IOException, InterruptedException {
      return metrics(ANSWER);
    }

    /** As {@link #metrics()}, of one that may be stopped, or beside one that is. */
    public Scrape metrics(Duration atMost) throws IOException, InterruptedException {
      return new Scrape(get("/metrics", atMost).body());
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
      return get(path, ANSWER);
    }

    private HttpResponse<String> get(String path, Duration atMost)
        throws IOException, InterruptedException {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create("http://" + host + ":" + opsPort + path))
              .timeout(atMost)
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  /**
   * What a node's /metrics said.
   *
   * @param text in Prometheus' format
   */
  public record Scrape(String text) {
    /** The value of a series, summed over labels; 0 if there is none. */
    public double sum(String name) {
      return sum(name, "");
    }

    /** Sum of those of that name whose labels contain {@code label}. */
    public double sum(String name, String label) {
      double sum = 0;
      for (String line : text.split("\n")) {
        if (line.startsWith(name)
            && " {".indexOf(line.charAt(name.length())) >= 0
            && line.contains(label)) {
          sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
        }
      }
      return sum;
    }
  }

  public Cluster(Path directory, Settings settings) {
    this.directory = directory;
    this.settings = settings;
  }

  /**
   * Nodes started from now on listen elsewhere than on loopback.
   *
   * @param newHosts address by process name
   */
  public Cluster hosts(Function<String, String> newHosts) {
    hosts = newHosts;
    return this;
  }

  /**
   * Nodes started from now on have these settings, too.
   *
   * @param lines under {@code cluster:}, indented by two
   */
  public Cluster clusterSettings(String lines) {
    clusterSettings = lines;
    return this;
  }

  /**
   * Starts nodes side by side and waits until all are ready, and samplers may decide; if that
   * fails, ends them.
   */
  public Cluster start(int routerCount, int samplerCount) throws IOException, InterruptedException {
    try {
      startAll(routerCount, samplerCount);
      return this;
    } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  private void startAll(int routerCount, int samplerCount)
      throws IOException, InterruptedException {
    for (int i = 0; i < samplerCount; i++) {
      samplers.add(startSampler("sampler-" + i, "sampler-" + i));
    }
    for (int i = 0; i < routerCount; i++) {
      routers.add(startRouter("router-" + i));
    }
    awaitReady();
    awaitNothingHeld();
  }

  /** Waits until all nodes, of which none has been waited for yet, are ready and see each other. */
  public void awaitReady() throws IOException, InterruptedException {
    for (Node node : nodes()) {
      node.process().awaitLine("ready", START);
    }
    awaitMembers(nodes().size());
  }

  /** Waits until every node's epoch names so many members. */
  public void awaitMembers(int members) throws IOException, InterruptedException {
    await(members + " members", nodes(), n -> n.metric("ringtail_cluster_members") == members);
  }

  /**
   * Samplers that are ready before there is a router hold their slots again when the first one
   * comes, for some seconds; a trace over its cap is refused as long.
   */
  private void awaitNothingHeld() throws IOException, InterruptedException {
    await(
        "no held slots",
        samplers,
        n ->
            n.metric("ringtail_sampler_held_slots") == 0
                && n.metric("ringtail_sampler_handoff_complete_epoch")
                    == n.metric("ringtail_cluster_epoch_number"));
  }

  private interface Condition {
    boolean holds(Node node) throws IOException, InterruptedException;
  }

  private static void await(String what, List<Node> nodes, Condition condition)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    for (Node node : nodes) {
      while (!holds(condition, node)) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError(
              node.process().name()
                  + ": not within "
                  + START
                  + ": "
                  + what
                  + "\n"
                  + node.get("/metrics").body()
                  + node.process().log());
        }
        Thread.sleep(50);
      }
    }
  }

  /** Who is too busy starting to answer in time is asked again. */
  private static boolean holds(Condition condition, Node node)
      throws IOException, InterruptedException {
    try {
      return condition.holds(node);
    } catch (HttpTimeoutException e) {
      return false;
    }
  }

  /** As {@link #startSampler}, ended with this cluster. */
  public Node addSampler(String name, String nodeId) throws IOException {
    Node sampler = startSampler(name, nodeId);
    samplers.add(sampler);
    return sampler;
  }

  /** As {@link #startRouter}, ended with this cluster. */
  public Node addRouter(String name, String nodeId) throws IOException {
    Node router = startRouter(name, nodeId);
    routers.add(router);
    return router;
  }

  /**
   * @param name of the process
   * @param nodeId what it calls itself
   */
  public Node startSampler(String name, String nodeId) throws IOException {
    int link = freePort();
    int ops = freePort();
    int admin = freePort();
    String host = hosts.apply(name);
    String config =
        common(nodeId, host, ops, admin)
            + "sampler:\n  link: { listen: "
            + host
            + ":"
            + link
            + " }\n"
            + "  export:\n    otlp: { endpoint: http://"
            + hosts.apply("sink")
            + ":"
            + settings.sinkPort()
            + ", protocol: grpc }\n"
            + settings.samplerSettings().replace("${node}", nodeId)
            + settings.tailSampling();
    return new Node(
        process(name, settings.samplerFlags(), "sampler", config), host, link, 0, ops, admin);
  }

  public Node startRouter(String nodeId) throws IOException {
    return startRouter(nodeId, nodeId);
  }

  private Node startRouter(String name, String nodeId) throws IOException {
    int grpc = freePort();
    int http = freePort();
    int ops = freePort();
    int admin = freePort();
    String host = hosts.apply(name);
    String config =
        common(nodeId, host, ops, admin)
            + "router:\n  drain: { delay: 0s }\n  receive:\n    grpc: "
            + host
            + ":"
            + grpc
            + "\n    http: "
            + host
            + ":"
            + http
            + "\n"
            + settings.routerSettings();
    return new Node(
        process(name, settings.routerFlags(), "router", config), host, grpc, http, ops, admin);
  }

  private String common(String nodeId, String host, int ops, int admin) {
    return "node: { id: "
        + nodeId
        + " }\n"
        + "cluster:\n  name: it\n  bind: "
        + host
        + ":0\n  discovery: directory\n  directory: "
        + directory.resolve("discovery")
        + "\n"
        + clusterSettings
        + "ops: { http: "
        + host
        + ":"
        + ops
        + " }\n"
        + "admin: { listen: '"
        + host
        + ":"
        + admin
        + "' }\n";
  }

  private JavaProcess process(String name, List<String> flags, String tier, String config)
      throws IOException {
    Files.createDirectories(directory.resolve("discovery"));
    Path file = Files.writeString(configFile(name), config);
    return JavaProcess.start(
        name,
        directory,
        settings.prefix().apply(name),
        flags,
        MAIN,
        List.of(tier, "--config", file.toString()));
  }

  /** The config file of a process. */
  public Path configFile(String name) {
    return directory.resolve(name + ".yaml");
  }

  /**
   * A port that is free now, of a range from which the system gives none to outgoing connections,
   * and never the same twice, nor to another JVM of tests: the node that is to listen on it starts
   * later.
   */
  public static int freePort() throws IOException {
    for (int attempt = 0; attempt < 1_000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
      if (GIVEN.add(port) && isFree(port)) {
        return port;
      }
    }
    throw new IOException("no free port between " + FIRST_PORT + " and " + LAST_PORT);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  public List<Node> routers() {
    return routers;
  }

  public List<Node> samplers() {
    return samplers;
  }

  public List<Node> nodes() {
    List<Node> all = new ArrayList<>(samplers);
    all.addAll(routers);
    return all;
  }

  @Override
  public void close() {
    nodes().forEach(node -> node.process().close());
  }
}
