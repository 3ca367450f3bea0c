package io.ringtail.it.rollout;

import static org.awaitility.Awaitility.await;

import io.ringtail.it.chart.Chart;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.kubelet.ClusterDns;
import io.ringtail.it.kubelet.ContainerImage;
import io.ringtail.it.kubelet.Manifest;
import io.ringtail.it.kubelet.Pod;
import io.ringtail.it.kubelet.PodNetwork;
import io.ringtail.it.kubelet.Workloads;
import io.ringtail.it.traffic.SinkLog;
import io.ringtail.it.traffic.TraceLoad;
import io.ringtail.it.traffic.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The chart, run without a cluster and under load: installed, scaled, rolled, killed, upgraded; and
 * what its stops took, what the sink got and what {@code ringtail probe} says of it. {@code
 * scripts/chart-run} with
 *
 * <pre>
 * --rate 3000          spans a second
 * --steps install,helm-test,up,down,roll,kill,upgrade,probe
 * --image FILE         a tar of scripts/image; default: this build's classes on this machine's Java
 * --java-options FLAGS javaOptions of both tiers
 * </pre>
 *
 * Exit code 1 if anything was split, lost, killed for memory or outstayed its grace; 0 with the
 * word <i>skipped</i> where it cannot be run. Threads: main; pods and load have theirs.
 */
public final class ChartRun implements AutoCloseable {
  private static final Duration DECISION_WAIT = Duration.ofSeconds(6);
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final long IN_TIME_NANOS = DECISION_WAIT.minusMillis(300).toNanos();
  private static final int OTLP = 4317;
  private static final int TESTS = 2;

  private final PodNetwork network;
  private final ClusterDns dns;
  private final OtlpSink sink;
  private final SinkLog sinkLog = new SinkLog();
  private final PassOn passOn = new PassOn();
  private final ProbeRuns probes;
  private final Workloads workloads;
  private final TraceLoad load;
  private final int rate;
  private final String javaOptions;
  private final List<String> wrong = new ArrayList<>();
  private int samplers = 3;
  private int roll;
  private String morePolicies = "";

  private ChartRun(Path directory, int rate, String image, String javaOptions)
      throws IOException, InterruptedException {
    this.network = PodNetwork.create();
    this.dns = ClusterDns.start(directory);
    this.probes = new ProbeRuns(directory, PodNetwork.HERE, passOn);
    this.sink = OtlpSink.telling(PodNetwork.HERE, sinkLog::take, passOn::pass);
    Path made = Files.createDirectories(directory.resolve("container"));
    ContainerImage container =
        image.isEmpty()
            ? ContainerImage.fromClassPath(made, Path.of("..", "scripts", "jvm.flags"))
            : ContainerImage.fromTar(Path.of(image), made);
    this.workloads = new Workloads(directory, container, network, dns, Chart.NAMESPACE);
    this.load = new TraceLoad(rate, 1);
    this.rate = rate;
    this.javaOptions = javaOptions;
  }

  public static void main(String[] arguments) throws Exception {
    int rate = 3_000;
    List<String> steps =
        List.of("install", "helm-test", "up", "down", "roll", "kill", "upgrade", "probe");
    String image = "";
    String javaOptions = "";
    for (int i = 0; i + 1 < arguments.length; i += 2) {
      switch (arguments[i]) {
        case "--rate" -> rate = Integer.parseInt(arguments[i + 1]);
        case "--steps" -> steps = List.of(arguments[i + 1].split(","));
        case "--image" -> image = arguments[i + 1];
        case "--java-options" -> javaOptions = arguments[i + 1];
        default -> throw new IllegalArgumentException(arguments[i]);
      }
    }
    String why = PodNetwork.whyNot() + ClusterDns.whyNot();
    if (!why.isEmpty()) {
      say("skipped: %s", why);
      System.exit(0);
    }
    Path directory = Files.createTempDirectory("ringtail-chart");
    say("logs: %s; %d spans/s", directory, rate);
    List<String> wrong;
    try (ChartRun run = new ChartRun(directory, rate, image, javaOptions)) {
      wrong = run.play(steps);
    }
    wrong.forEach(line -> say("WRONG: %s", line));
    say(wrong.isEmpty() ? "clean" : "NOT CLEAN");
    System.exit(wrong.isEmpty() ? 0 : 1);
  }

  private static void say(String pattern, Object... values) {
    System.out.println(String.format(Locale.ROOT, pattern, values));
  }

  private List<String> play(List<String> steps) throws IOException, InterruptedException {
    workloads.onEndpoints(this::tellClients);
    for (String step : steps) {
      long begin = System.nanoTime();
      int stopped = workloads.stops().size();
      step(step);
      awaitMoreAccepted();
      List<Pod.Stop> stops = workloads.stops();
      say(
          "%-8s %.1f s; stops %s; slowest answer %d ms",
          step,
          (System.nanoTime() - begin) / 1e9,
          told(stops.subList(stopped, stops.size())),
          slowest());
    }
    finish();
    return wrong;
  }

  /** What a step has left takes on: a second's spans more. */
  private void awaitMoreAccepted() {
    long wanted = load.acceptedSpans() + rate;
    await().atMost(LIMIT).until(() -> load.acceptedSpans() >= wanted);
  }

  private static String told(List<Pod.Stop> stops) {
    List<String> told = new ArrayList<>();
    for (Pod.Stop stop : stops) {
      told.add(
          String.format(
              Locale.ROOT, "%s %.1f of %d s", stop.pod(), stop.seconds(), stop.graceSeconds()));
    }
    return told.toString();
  }

  private int slowest() {
    int[] latencies = load.takeLatencies();
    return latencies.length == 0 ? 0 : latencies[latencies.length - 1];
  }

  private void step(String name) throws IOException, InterruptedException {
    switch (name) {
      case "install" -> {
        apply();
        load.start();
        await().atMost(LIMIT).until(() -> sink.spans() > 0); // decided, and kept
      }
      case "probe" -> {
        String found = probes.run(routers());
        if (!found.isEmpty()) {
          wrong.add("probe: " + found);
        }
      }
      case "helm-test" -> wrong.addAll(probes.runTests(tests(), workloads));
      case "up" -> scale(5);
      case "down" -> scale(2);
      case "roll" -> {
        roll++;
        apply();
      }
      case "kill" -> {
        workloads.kill(workloads.pods("StatefulSet", "-sampler").get(0));
        workloads.kill(workloads.pods("Deployment", "-router").get(0));
      }
      case "upgrade" -> {
        morePolicies =
            "    - { name: none, type: string_attribute,"
                + " string_attribute: { key: no.such.key, values: [x] } }\n";
        apply();
      }
      default -> throw new IllegalArgumentException("--steps " + name);
    }
  }

  private void scale(int count) throws IOException, InterruptedException {
    samplers = count;
    apply();
  }

  private void apply() throws IOException, InterruptedException {
    workloads.apply(Chart.text(Chart.example("small"), values()));
  }

  /** Both there are: of the cluster's status, and of traces through the front door. */
  private List<Manifest> tests() {
    List<Manifest> tests = Chart.hooks("test", Chart.example("small"), values());
    if (tests.size() != TESTS) {
      throw new AssertionError("tests of the chart: " + tests.size());
    }
    return tests;
  }

  private String values() {
    return """
    admin: { expose: true }
    test: { probe: { enabled: true } }
    router:
      javaOptions: "%s"
      endpointLag: 2s
      podAnnotations: { roll: "%d" }
    sampler:
      javaOptions: "%s"
      replicas: %d
      podAnnotations: { roll: "%d" }
      config: { export: { otlp: { endpoint: "http://%s:%d" } } }
    tail_sampling:
      decision_wait: %ds
      policies:
    %s%s\
    """
        .formatted(
            javaOptions,
            roll,
            javaOptions,
            samplers,
            roll,
            PodNetwork.HERE,
            sink.port(),
            DECISION_WAIT.toSeconds(),
            Verdict.Mode.ERRORS_ONLY.policies(),
            morePolicies);
  }

  private List<String> routers() {
    return workloads.pods("Deployment", "-router").stream()
        .filter(Pod::isReady)
        .map(pod -> pod.address() + ":" + OTLP)
        .toList();
  }

  /** As Services lead senders, and what is behind the samplers. */
  private void tellClients() {
    List<String> ready = routers();
    if (!ready.isEmpty()) {
      load.routers(ready);
    }
    workloads.endpoints("-probe").forEach(pod -> passOn.to(pod + ":" + OTLP));
  }

  private void finish() throws IOException, InterruptedException {
    load.finish();
    AtRest.reached(workloads, sink);
    Verdict verdict = Verdict.of(Verdict.Mode.ERRORS_ONLY, load.traces(), sinkLog, IN_TIME_NANOS);
    say("%s; %.0f spans/s accepted; retries %d", verdict, load.acceptedPerSecond(), load.retries());
    if (!verdict.isClean()) {
      wrong.add(verdict.toString());
    }
    for (Pod.Stop stop : workloads.stops()) {
      if (!stop.isClean()) {
        wrong.add(stop.toString());
      }
    }
    for (Pod pod : workloads.pods()) {
      long[] memory = pod.memoryKillsAndPeak();
      say("%s peak %d MiB, restarts %d", pod.name(), memory[1] >> 20, pod.restarts());
      if (memory[0] > 0) {
        wrong.add(pod.name() + " was killed for want of memory");
      }
    }
  }

  @Override
  public void close() throws IOException {
    load.close();
    workloads.close();
    sink.close();
    passOn.close();
    dns.close();
    network.close();
  }
}
