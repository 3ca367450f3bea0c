package io.ringtail.it.resize;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.traffic.SentTrace;
import io.ringtail.it.traffic.SinkLog;
import io.ringtail.it.traffic.TraceLoad;
import io.ringtail.it.traffic.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A cluster of processes under a steady load into a sink that remembers: {@link Nodes} come and go,
 * an {@link Operator} changes what runs, and in the end all traces are judged. Threads: the test's;
 * the load has its own.
 */
final class Scene implements AutoCloseable {
  static final Duration DECISION_WAIT = Duration.ofSeconds(6);

  /** Deciding is allowed this long after a trace's first span, less what timers may be early. */
  private static final long IN_TIME_NANOS = DECISION_WAIT.minusMillis(300).toNanos();

  private static final Duration STOP = Calm.LIMIT;

  /** Small JVMs that start soon: a dozen of them share a few cores with the load. */
  private static final List<String> FLAGS =
      List.of(
          "-Xmx256m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:MaxDirectMemorySize=512m",
          "-Xss512k");

  private final Setting setting;
  private final Surroundings around;
  private final SinkLog sinkLog = new SinkLog();
  private final OtlpSink sink;
  private final Cluster cluster;
  private final TraceLoad load;
  private final Accounts accounts = new Accounts();
  private final Nodes nodes;
  private final Calm calm;
  private final Operator operator;

  /**
   * What a scene is made of.
   *
   * @param directory for configs and logs
   * @param spansPerSecond of the load
   * @param seed of the load
   * @param nodeFlags further JVM flags of all nodes
   */
  record Setting(
      Path directory,
      Stage stage,
      Verdict.Mode mode,
      int spansPerSecond,
      long seed,
      List<String> nodeFlags) {}

  Scene(Setting setting) throws IOException, InterruptedException {
    this.setting = setting;
    Files.createDirectories(setting.directory);
    this.around = setting.stage.surroundings(setting.directory);
    this.sink = OtlpSink.telling(around.host("sink"), sinkLog::take);
    this.load = new TraceLoad(setting.spansPerSecond, setting.seed);
    List<String> flags = new ArrayList<>(FLAGS);
    flags.addAll(setting.nodeFlags);
    this.cluster =
        new Cluster(
                setting.directory,
                new Cluster.Settings(
                    tailSampling(setting.mode),
                    sink.port(),
                    flags,
                    flags,
                    setting.stage.samplerSettings(setting.directory),
                    "",
                    around::prefix))
            .hosts(around::host);
    this.nodes = new Nodes(cluster);
    this.calm = new Calm(nodes, setting.directory);
    this.operator = new Operator(cluster, nodes, calm);
  }

  private static String tailSampling(Verdict.Mode mode) {
    return "tail_sampling:\n  decision_wait: "
        + DECISION_WAIT.toSeconds()
        + "s\n  policies:\n"
        + mode.policies();
  }

  /** Starts all nodes at once, waits until they are ready, and begins to send. */
  void start(int routerCount, int samplerCount) throws IOException, InterruptedException {
    startNodes(routerCount, samplerCount);
    awaitAllReady();
    awaitMembers();
    tellClients();
    load.start();
  }

  /**
   * Starts all nodes at once and begins to send as soon as one router is ready, to those that are:
   * as an endpoint list has it.
   */
  void startUnderLoad(int routerCount, int samplerCount) throws IOException, InterruptedException {
    startNodes(routerCount, samplerCount);
    List<Cluster.Node> ready = new ArrayList<>();
    long deadline = System.nanoTime() + Calm.LIMIT.toNanos();
    while (ready.size() < nodes.routers().size()) {
      for (Cluster.Node router : nodes.routers()) {
        if (!ready.contains(router) && Calm.isReady(router)) {
          ready.add(router);
          tellClients(ready);
          load.start();
        }
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("routers not ready within " + Calm.LIMIT);
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    awaitAllReady();
    awaitCalm();
  }

  private void startNodes(int routerCount, int samplerCount) throws IOException {
    for (int i = 0; i < samplerCount; i++) {
      nodes.joinSampler();
    }
    for (int i = 0; i < routerCount; i++) {
      nodes.startRouter("router-" + i);
    }
  }

  private void awaitAllReady() throws InterruptedException {
    for (Cluster.Node node : nodes.all()) {
      awaitReady(node);
    }
  }

  Surroundings around() {
    return around;
  }

  Nodes nodes() {
    return nodes;
  }

  Operator operator() {
    return operator;
  }

  OtlpSink sink() {
    return sink;
  }

  Calm calm() {
    return calm;
  }

  TraceLoad load() {
    return load;
  }

  // ---- what one does to it

  /** SIGTERM, and waits for the exit; the seconds it took. */
  double drain(Cluster.Node sampler) throws IOException, InterruptedException {
    accounts.look(sampler);
    long before = System.nanoTime();
    int code = sampler.process().terminate(STOP);
    double seconds = seconds(before);
    nodes.gone(sampler);
    ended(sampler, code);
    return seconds;
  }

  private void ended(Cluster.Node node, int code) {
    if (code != 0) {
      throw new AssertionError(node.process().name() + " exited with " + code);
    }
    accounts.stopped(node);
  }

  /** {@code kill -9}; the seconds until all others have an epoch without it. */
  double kill(Cluster.Node sampler) throws IOException, InterruptedException {
    long before = killAndGoOn(sampler);
    awaitMembers();
    return seconds(before);
  }

  /** {@code kill -9} and no more; when it was. */
  long killAndGoOn(Cluster.Node node) throws IOException, InterruptedException {
    accounts.look(node);
    long before = System.nanoTime();
    node.process().kill();
    accounts.killed(node);
    nodes.gone(node);
    if (node.isRouter()) {
      tellClients();
    }
    return before;
  }

  /** Clients are told to use the routers there are, as an endpoint list would be. */
  void tellClients() {
    tellClients(nodes.routers());
  }

  private void tellClients(List<Cluster.Node> to) {
    load.routers(to.stream().map(r -> r.host() + ":" + r.grpcPort()).toList());
  }

  /** SIGTERM; clients learn of it half a second later. The seconds until its exit. */
  double drainRouter(Cluster.Node router) throws IOException, InterruptedException {
    long before = System.nanoTime();
    accounts.look(router);
    router.process().signal("TERM");
    TimeUnit.MILLISECONDS.sleep(500);
    nodes.gone(router);
    tellClients();
    int code = router.process().awaitExit(STOP);
    double seconds = seconds(before);
    ended(router, code);
    return seconds;
  }

  private static double seconds(long sinceNanos) {
    return (System.nanoTime() - sinceNanos) / 1e9;
  }

  // ---- what one waits for

  void awaitReady(Cluster.Node node) throws InterruptedException {
    node.process().awaitLine("ready", Calm.LIMIT);
  }

  /** As {@link Calm#members}. */
  void awaitMembers() throws IOException, InterruptedException {
    calm.members();
  }

  /** As {@link Calm#owners}. */
  void awaitOwners(int owners) throws InterruptedException {
    calm.owners(owners);
  }

  /** As {@link Calm#calm}. */
  void awaitCalm() throws IOException, InterruptedException {
    calm.calm();
  }

  /** As {@link Calm#exported}. */
  void awaitExported(int spans) throws IOException, InterruptedException {
    calm.exported(spans);
  }

  /** Sends no more and waits until everything is decided and exported. */
  void finish() throws InterruptedException, IOException {
    load.finish();
    TimeUnit.MILLISECONDS.sleep(DECISION_WAIT.toMillis());
    awaitCalm();
    calm.nothingHeld();
    awaitExported(0);
    long before;
    do {
      before = sink.spans();
      TimeUnit.SECONDS.sleep(1);
    } while (sink.spans() != before);
  }

  /** Of all traces. */
  Verdict verdict() {
    return verdict(load.traces());
  }

  Verdict verdict(List<SentTrace> traces) {
    return Verdict.of(setting.mode, traces, sinkLog, IN_TIME_NANOS);
  }

  SinkLog sinkLog() {
    return sinkLog;
  }

  /** The counters of all there were, read anew from those that live. */
  Accounts accounts() throws InterruptedException {
    for (Cluster.Node node : nodes.all()) {
      try {
        accounts.look(node);
      } catch (IOException e) {
        // stopped for a while: as last seen
      }
    }
    return accounts;
  }

  /** Where the product's counters disagree with the outside or with each other. Once finished. */
  List<String> disagreements() throws InterruptedException {
    return accounts()
        .disagreements(
            load.acceptedSpans(), load.retries() + load.givenUpSpans() > 0, sinkLog.spans());
  }

  /** Answers since it was last asked, sorted, milliseconds. */
  int[] takeLatencies() {
    return load.takeLatencies();
  }

  /** Traces an event now would find undecided. */
  long openTraces() {
    return load.open(DECISION_WAIT.toNanos());
  }

  @Override
  public void close() throws IOException {
    load.close();
    nodes.all().forEach(node -> node.process().close());
    cluster.close();
    sink.close();
    around.close();
  }
}
