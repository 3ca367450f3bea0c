package io.ringtail.cli.dev;

import io.ringtail.admin.Surroundings;
import io.ringtail.cli.run.ProcessLogLevels;
import io.ringtail.cli.run.RunningNode;
import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigSection;
import io.ringtail.config.ListenException;
import io.ringtail.memory.MemoryLimits;
import io.ringtail.router.RouterConfig;
import io.ringtail.router.RouterNode;
import io.ringtail.rules.Rules;
import io.ringtail.sampler.SamplerConfig;
import io.ringtail.sampler.SamplerNode;
import io.ringtail.sampler.export.KeptTraceListener;
import io.ringtail.wording.Counted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/**
 * Routers and samplers in this process that find each other by a directory of their own. Threads:
 * the owner's; nodes of a kind are started and stopped side by side.
 */
public final class DevCluster implements RunningNode {
  private static final String LOOPBACK = "127.0.0.1:";
  private static final String ANY_PORT = " (0 takes any free port)";

  private final DevOptions options;
  private final KeptTraceListener tap;
  private final List<SamplerNode> samplers = new ArrayList<>();
  private final List<RouterNode> routers = new ArrayList<>();
  private Path discovery = Path.of("");
  private volatile boolean started;

  /**
   * @param tap sees each kept trace
   */
  public DevCluster(DevOptions options, KeptTraceListener tap) {
    this.options = options;
    this.tap = tap;
  }

  @Override
  public void start() throws Exception {
    Rules rules = Rules.ofProcess();
    discovery = Files.createTempDirectory("ringtail-dev");
    DevConfigs configs = new DevConfigs(options, "dev-" + ProcessHandle.current().pid(), discovery);
    MemoryLimits share = MemoryLimits.ofJvm().sharedBy(options.routers() + options.samplers());
    for (int i = 0; i < options.routers(); i++) {
      ConfigFile file = configs.router(i);
      routers.add(new RouterNode(RouterConfig.read(file.root()), share, rules, surroundings(file)));
    }
    for (int i = 0; i < options.samplers(); i++) {
      ConfigFile file = configs.sampler(i);
      SamplerConfig config = samplerConfig(file.root());
      samplers.add(new SamplerNode(config, tap, share, rules, surroundings(file)));
    }
    // The first makes the cluster, then the others find it at once.
    samplers.get(0).start();
    List<Step> steps = new ArrayList<>();
    samplers.subList(1, samplers.size()).forEach(node -> steps.add(node::start));
    routers.forEach(node -> steps.add(node::start));
    try {
      sideBySide(steps);
    } catch (ListenException e) {
      throw new IOException(inOptions(e), e);
    }
    started = true;
  }

  /** Of the addresses these are the ones that a command line gives. */
  static String inOptions(ListenException e) {
    return switch (e.key()) {
      case "router.receive.grpc" -> e.messageFor("--grpc-port") + ANY_PORT;
      case "router.receive.http" -> e.messageFor("--http-port") + ANY_PORT;
      case "admin.listen" -> e.messageFor("--admin-port") + ANY_PORT;
      default -> String.valueOf(e.getMessage());
    };
  }

  /** The nodes share one logging, so none of them changes it. */
  private Surroundings surroundings(ConfigFile file) {
    return new Surroundings(options.version(), file::effective, ProcessLogLevels.ofProcess());
  }

  private SamplerConfig samplerConfig(ConfigSection root) {
    SamplerConfig read = SamplerConfig.read(root);
    return new SamplerConfig(
        read.node(),
        read.cluster(),
        read.ops(),
        read.admin(),
        read.listen(),
        read.advertise(),
        read.weight(),
        read.stopGrace(),
        read.shards(),
        read.export(),
        options.policies());
  }

  /** Ready when every node is, and each sees all others. */
  @Override
  public List<String> notReady() {
    List<String> reasons = new ArrayList<>();
    samplers.forEach(node -> reasons.addAll(node.readiness().reasons()));
    routers.forEach(node -> reasons.addAll(node.readiness().reasons()));
    routers.forEach(
        node -> whyNotAll(options, node.members(), node.linksUp()).ifPresent(reasons::add));
    return reasons;
  }

  static Optional<String> whyNotAll(DevOptions options, int members, int linksUp) {
    int all = options.routers() + options.samplers();
    if (members < all) {
      return Optional.of("a router sees " + members + " of " + Counted.of(all, "node"));
    }
    if (linksUp < options.samplers()) {
      return Optional.of(
          "a router has links to " + linksUp + " of " + Counted.of(options.samplers(), "sampler"));
    }
    return Optional.empty();
  }

  @Override
  public CompletableFuture<String> fenced() {
    return new CompletableFuture<>(); // nobody else can have these ids
  }

  /** {@code host:port} of every router's OTLP/gRPC. */
  public List<String> grpcAddresses() {
    return routers.stream().map(router -> LOOPBACK + router.grpcPort()).toList();
  }

  /** {@code host:port} of every router's OTLP/HTTP. */
  public List<String> httpAddresses() {
    return routers.stream().map(router -> LOOPBACK + router.httpPort()).toList();
  }

  /** {@code host:port} of the metrics and health of every node, routers first. */
  public List<String> opsAddresses() {
    return Stream.concat(
            routers.stream().map(RouterNode::opsAddress),
            samplers.stream().map(SamplerNode::opsAddress))
        .toList();
  }

  /** {@code host:port} of every node's admin service, routers first. */
  public List<String> adminAddresses() {
    return Stream.concat(
            routers.stream().map(RouterNode::adminAddress),
            samplers.stream().map(SamplerNode::adminAddress))
        .toList();
  }

  /** Routers first, so that samplers get what was accepted; they then decide what they hold. */
  @Override
  public void stop() throws Exception {
    try {
      sideBySide(routers.stream().<Step>map(n -> started ? n::stop : n::close).toList());
      sideBySide(samplers.stream().<Step>map(n -> started ? n::stop : n::close).toList());
    } finally {
      deleteDiscovery();
    }
  }

  private void deleteDiscovery() throws IOException {
    if (discovery.toString().isEmpty()) {
      return;
    }
    try (Stream<Path> files = Files.walk(discovery)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private interface Step {
    void run() throws Exception;
  }

  /** Runs all, each on a thread of its own; the first failure is thrown when all have ended. */
  private static void sideBySide(List<Step> steps) throws Exception {
    List<CompletableFuture<Void>> running = steps.stream().map(DevCluster::begin).toList();
    try {
      CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static CompletableFuture<Void> begin(Step step) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
                done.complete(null);
              } catch (Exception | Error e) {
                done.completeExceptionally(e);
              }
            },
            "dev-node");
    thread.setDaemon(true);
    thread.start();
    return done;
  }
}
