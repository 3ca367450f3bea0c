package io.ringtail.it.resize;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.JavaProcess;
import io.ringtail.it.harness.OtlpSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A cluster of processes under a steady load into a sink that remembers, and what one does to it.
 * Nodes are known by index: the oldest first. Threads: the test's; the load has its own.
 */
final class Scene implements AutoCloseable {
  static final Duration DECISION_WAIT = Duration.ofSeconds(6);

  /** Deciding is allowed this long after a trace's first span, less what timers may be early. */
  private static final long IN_TIME_NANOS = DECISION_WAIT.minusMillis(300).toNanos();

  private static final Duration CALM = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(60);

  private final Verdict.Mode mode;
  private final Surroundings around;
  private final SinkLog sinkLog = new SinkLog();
  private final OtlpSink sink;
  private final Cluster cluster;
  private final TraceLoad load;
  private final List<Cluster.Node> routers = new ArrayList<>();
  private final List<Cluster.Node> samplers = new ArrayList<>();

  /** What nodes that are gone had counted when they were last seen. */
  private final Map<String, Double> goneCounts = new TreeMap<>();

  private int started;

  /**
   * @param around where nodes run
   * @param samplerSettings further lines under {@code sampler:}, indented by two; may be empty
   */
  Scene(
      Path directory,
      Verdict.Mode mode,
      int spansPerSecond,
      long seed,
      Surroundings around,
      String samplerSettings)
      throws IOException {
    this.around = around;
    this.mode = mode;
    Files.createDirectories(directory);
    this.sink = OtlpSink.telling(around.host("sink"), sinkLog::take);
    this.load = new TraceLoad(spansPerSecond, seed);
    List<String> flags =
        List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=512m", "-Xss512k");
    this.cluster =
        new Cluster(
                directory,
                new Cluster.Settings(
                    tailSampling(mode),
                    sink.port(),
                    flags,
                    flags,
                    "  max-buffered-bytes: 256MiB\n" + samplerSettings,
                    "",
                    around::prefix))
            .hosts(around::host);
  }

  private static String tailSampling(Verdict.Mode mode) {
    return "tail_sampling:\n  decision_wait: "
        + DECISION_WAIT.toSeconds()
        + "s\n  policies:\n"
        + mode.policies();
  }

  /** Starts all nodes at once, waits until they are ready, and begins to send. */
  void start(int routerCount, int samplerCount) throws IOException, InterruptedException {
    for (int i = 0; i < samplerCount; i++) {
      samplers.add(cluster.startSampler("sampler-" + i, "sampler-" + i));
    }
    for (int i = 0; i < routerCount; i++) {
      routers.add(cluster.startRouter("router-" + i));
    }
    started = samplerCount;
    for (Cluster.Node node : nodes()) {
      node.process().awaitLine("ready", CALM);
    }
    awaitMembers();
    tellClients();
    load.start();
  }

  Surroundings around() {
    return around;
  }

  List<Cluster.Node> samplers() {
    return samplers;
  }

  List<Cluster.Node> routers() {
    return routers;
  }

  List<Cluster.Node> nodes() {
    List<Cluster.Node> all = new ArrayList<>(samplers);
    all.addAll(routers);
    return all;
  }

  /** The sampler that makes the epochs. */
  Cluster.Node coordinator() throws IOException, InterruptedException {
    for (Cluster.Node sampler : samplers) {
      if (sampler.metric("ringtail_cluster_coordinator") == 1) {
        return sampler;
      }
    }
    throw new AssertionError("nobody coordinates");
  }

  OtlpSink sink() {
    return sink;
  }

  TraceLoad load() {
    return load;
  }

  // ---- what one does to it

  /** Starts a sampler of a new node id; does not wait. */
  Cluster.Node joinSampler() throws IOException {
    String id = "sampler-" + started++;
    Cluster.Node node = cluster.startSampler(id, id);
    samplers.add(node);
    return node;
  }

  /** Starts a sampler again under the node id of one that is gone; does not wait. */
  Cluster.Node restartSampler(Cluster.Node gone) throws IOException {
    String id = nodeId(gone);
    Cluster.Node node = cluster.startSampler(id + "-" + ++started, id);
    samplers.add(node);
    return node;
  }

  private static String nodeId(Cluster.Node node) {
    String[] words = node.process().name().split("-");
    return words[0] + "-" + words[1];
  }

  /** SIGTERM, and waits for the exit; the seconds it took. */
  double drain(Cluster.Node sampler) throws IOException, InterruptedException {
    remember(sampler);
    long before = System.nanoTime();
    int code = sampler.process().terminate(STOP);
    samplers.remove(sampler);
    if (code != 0) {
      throw new AssertionError(sampler.process().name() + " exited with " + code);
    }
    return seconds(before);
  }

  /** {@code kill -9}; the seconds until all others have an epoch without it. */
  double kill(Cluster.Node sampler) throws IOException, InterruptedException {
    remember(sampler);
    long before = System.nanoTime();
    sampler.process().kill();
    samplers.remove(sampler);
    awaitMembers();
    return seconds(before);
  }

  /** {@code kill -9} and no more. */
  void killAndGoOn(Cluster.Node node) throws IOException, InterruptedException {
    remember(node);
    node.process().kill();
    samplers.remove(node);
    routers.remove(node);
    tellClients();
  }

  Cluster.Node startRouter(String nodeId) throws IOException {
    Cluster.Node node = cluster.startRouter(nodeId);
    routers.add(node);
    return node;
  }

  /** Clients are told to use the routers there are, as an endpoint list would be. */
  void tellClients() {
    load.routers(routers.stream().map(r -> r.host() + ":" + r.grpcPort()).toList());
  }

  /** SIGTERM; clients learn of it half a second later. The seconds until its exit. */
  double drainRouter(Cluster.Node router) throws IOException, InterruptedException {
    long before = System.nanoTime();
    remember(router);
    signal(router.process(), "TERM");
    TimeUnit.MILLISECONDS.sleep(500);
    routers.remove(router);
    tellClients();
    int code = router.process().awaitExit(STOP);
    if (code != 0) {
      throw new AssertionError(router.process().name() + " exited with " + code);
    }
    return seconds(before);
  }

  /** Writes another weight into a sampler's config file and waits until an epoch has it. */
  void weight(Cluster.Node sampler, int weight) throws IOException, InterruptedException {
    Path file = cluster.configFile(sampler.process().name());
    String text = Files.readString(file);
    double before = sampler.metric("ringtail_cluster_epochs_total");
    String key = "\nsampler:\n";
    text = text.replaceFirst(key + "  weight: .*\n", key);
    Files.writeString(file, text.replace(key, key + "  weight: " + weight + "\n"));
    await(
        "an epoch with the weight",
        node -> !node.equals(sampler) || node.metric("ringtail_cluster_epochs_total") > before);
  }

  static void signal(JavaProcess process, String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  private void remember(Cluster.Node node) throws IOException, InterruptedException {
    for (String name : Counters.NAMES) {
      goneCounts.merge(name, node.metric(name), Double::sum);
    }
  }

  private static double seconds(long sinceNanos) {
    return (System.nanoTime() - sinceNanos) / 1e9;
  }

  // ---- what one waits for

  void awaitReady(Cluster.Node node) throws InterruptedException {
    node.process().awaitLine("ready", CALM);
  }

  /** Every node's epoch names exactly the nodes there are. */
  void awaitMembers() throws InterruptedException {
    await("members", node -> node.metric("ringtail_cluster_members") == nodes().size());
  }

  /** Members agree, no slot is held, nothing is on its way between samplers. */
  void awaitCalm() throws InterruptedException {
    awaitMembers();
    await(
        "no held slots, nothing to hand off",
        node ->
            node.metric("ringtail_sampler_held_slots") == 0
                && node.metric("ringtail_sampler_questions_open") == 0
                && node.metric("ringtail_router_replay_open_questions") == 0
                && (routers.contains(node) || hasHandedOff(node)));
  }

  private static boolean hasHandedOff(Cluster.Node sampler)
      throws IOException, InterruptedException {
    return sampler.metric("ringtail_sampler_handoff_complete_epoch")
        == sampler.metric("ringtail_cluster_epoch_number");
  }

  private interface Condition {
    boolean holds(Cluster.Node node) throws IOException, InterruptedException;
  }

  private void await(String what, Condition condition) throws InterruptedException {
    long deadline = System.nanoTime() + CALM.toNanos();
    for (Cluster.Node node : nodes()) {
      while (!holds(condition, node)) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError(
              node.process().name() + ": not within " + CALM + ": " + what + "\n" + state(node));
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  private static boolean holds(Condition condition, Cluster.Node node) throws InterruptedException {
    try {
      return condition.holds(node);
    } catch (IOException e) {
      return false; // it is starting, or stopped for a while
    }
  }

  private static String state(Cluster.Node node) throws InterruptedException {
    try {
      return node.get("/readyz").body() + node.get("/metrics").body() + node.process().log();
    } catch (IOException e) {
      return e + "\n" + node.process().log();
    }
  }

  /** Sends no more, waits until everything is decided and exported, and judges. */
  Verdict finish() throws InterruptedException, IOException {
    load.finish();
    TimeUnit.MILLISECONDS.sleep(DECISION_WAIT.toMillis());
    awaitCalm();
    await("no held spans", node -> node.metric("ringtail_sampler_held_spans") == 0);
    long before;
    do {
      before = sink.spans();
      TimeUnit.SECONDS.sleep(1);
    } while (sink.spans() != before);
    return Verdict.of(mode, load.traces(), sinkLog, IN_TIME_NANOS);
  }

  /** Sums over all nodes, those that are gone as they were last seen. */
  Counters counters() throws IOException, InterruptedException {
    Map<String, Double> sums = new TreeMap<>(goneCounts);
    for (Cluster.Node node : nodes()) {
      for (String name : Counters.NAMES) {
        sums.merge(name, node.metric(name), Double::sum);
      }
    }
    return new Counters(sums);
  }

  /** Answers since it was last asked: {median, 99th percentile, slowest}, milliseconds. */
  int[] takeLatencies() {
    int[] sorted = load.takeLatencies();
    if (sorted.length == 0) {
      return new int[3];
    }
    return new int[] {
      sorted[sorted.length / 2], sorted[sorted.length * 99 / 100], sorted[sorted.length - 1]
    };
  }

  /** Traces an event now would find undecided. */
  long openTraces() {
    return load.open(DECISION_WAIT.toNanos());
  }

  @Override
  public void close() {
    load.close();
    List<Cluster.Node> left = nodes();
    left.forEach(node -> node.process().close());
    cluster.close();
    sink.close();
  }

  /** What the product says it did, over all nodes. */
  record Counters(Map<String, Double> sums) {
    static final List<String> NAMES =
        Arrays.asList(
            "ringtail_sampler_handed_in_spans_total",
            "ringtail_sampler_handed_out_spans_total",
            "ringtail_sampler_possible_splits",
            "ringtail_sampler_split_decisions_total",
            "ringtail_router_replayed_spans_total",
            "ringtail_router_forgotten_spans_total",
            "ringtail_sampler_postponed_decisions_total");

    double get(String name) {
      return sums.getOrDefault(name, 0.0);
    }
  }
}
