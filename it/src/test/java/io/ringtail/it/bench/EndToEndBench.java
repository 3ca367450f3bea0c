package io.ringtail.it.bench;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.JavaProcess;
import io.ringtail.it.harness.ThreadUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What a span costs end to end, in processes of their own: generator → 1 router → 3 samplers (5 %
 * kept) → sink, and beside it generator → plain forwarder → 3 blind sinks. CPU is read from the
 * operating system at the borders of each window after the warm-up.
 *
 * <p>Systems: {@code ringtail}; {@code plain}, the forwarder; {@code floor}, the router with
 * processes in the samplers' place that take link messages, acknowledge and forget them ({@link
 * LinkDiscardMain}); {@code memory}, {@link MemoryCell}; {@code cost}, {@link CostCell}, which
 * takes five times as long and a rate that leaves the machine some rest.
 *
 * <p>Options: {@code --sizes 470,808 --codings none,gzip --rates 0,120000 --warmup 40 --window 15
 * --windows 5 --system ringtail,plain,floor,memory --sampler-flags "-X… -X…"}. Prints one line a
 * cell, below it the samplers' threads, and one table at the end. The first process of a system
 * writes its working directory, where logs are, on stderr.
 */
public final class EndToEndBench {
  private static final List<String> FLAGS =
      List.of("-Xmx512m", "-Xms512m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=1500m");
  private static final String POLICIES =
      """
      tail_sampling:
        decision_wait: 2s
        num_traces: 2000000
        decision_cache: { sampled_cache_size: 500, non_sampled_cache_size: 500 }
        policies:
          - { name: share, type: probabilistic, probabilistic: { sampling_percentage: 5 } }
      """;

  private final Map<String, String> options;

  private EndToEndBench(Map<String, String> options) {
    this.options = options;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Map<String, String> options =
        new TreeMap<>(
            Map.of(
                "--sizes", "470,808",
                "--codings", "none,gzip",
                "--rates", "0,120000",
                "--warmup", "40",
                "--window", "15",
                "--windows", "5",
                "--system", "ringtail,plain,floor,memory",
                "--sampler-flags", String.join(" ", FLAGS)));
    for (int i = 0; i + 1 < args.length; i += 2) {
      if (!options.containsKey(args[i])) {
        System.err.println("unknown option " + args[i] + " (known: " + options.keySet() + ")");
        System.exit(2);
      }
      options.put(args[i], args[i + 1]);
    }
    new EndToEndBench(options).run();
    System.exit(0);
  }

  private void run() throws IOException, InterruptedException {
    List<String> table = new ArrayList<>();
    for (String size : option("--sizes").split(",")) {
      for (String coding : option("--codings").split(",")) {
        for (String rate : option("--rates").split(",")) {
          for (String system : option("--system").split(",")) {
            Path directory = Files.createTempDirectory("ringtail-bench");
            List<String> load = List.of(size, coding, rate);
            System.err.println(system + " " + directory);
            String row =
                switch (system) {
                  case "ringtail" -> ringtail(directory, load);
                  case "plain" -> plain(directory, load);
                  case "floor" -> floor(directory, load);
                  case "memory" -> new MemoryCell(directory, samplerFlags()).run(load.get(0));
                  case "cost" -> cost(directory, load);
                  default -> throw new IllegalArgumentException("--system " + system);
                };
            System.out.println(row);
            table.add(row);
          }
        }
      }
    }
    System.out.println("\nMedian (least–most) over the windows; CPU in seconds a million spans:");
    table.forEach(System.out::println);
  }

  private String option(String name) {
    return Objects.requireNonNull(options.get(name), name);
  }

  private String ringtail(Path directory, List<String> load)
      throws IOException, InterruptedException {
    try (JavaProcess sink = start(directory, "sink", SinkMain.class, List.of("0"))) {
      int port = Integer.parseInt(sink.awaitLine("ready", Duration.ofSeconds(30)).split(" ")[1]);
      Cluster.Settings settings =
          new Cluster.Settings(
              POLICIES,
              port,
              FLAGS,
              samplerFlags(),
              "  max-buffered-bytes: 1GiB\n",
              "",
              name -> List.of());
      try (Cluster cluster = new Cluster(directory, settings).start(1, 3)) {
        Map<String, List<JavaProcess>> tiers =
            new TreeMap<>(
                Map.of(
                    "router", List.of(cluster.routers().get(0).process()),
                    "samplers", cluster.samplers().stream().map(Cluster.Node::process).toList()));
        return measure(directory, "ringtail", load, cluster.routers().get(0).grpcPort(), tiers);
      }
    }
  }

  private String cost(Path directory, List<String> load) throws IOException, InterruptedException {
    return new CostCell(
            directory,
            POLICIES,
            samplerFlags(),
            load,
            Integer.parseInt(option("--warmup")),
            option("--window"),
            Integer.parseInt(option("--windows")))
        .run();
  }

  private List<String> samplerFlags() {
    return List.of(option("--sampler-flags").split(" "));
  }

  private String floor(Path directory, List<String> load) throws IOException, InterruptedException {
    List<JavaProcess> samplers = new ArrayList<>();
    JavaProcess router = null;
    try {
      StringBuilder members = new StringBuilder();
      for (int i = 0; i < 3; i++) {
        JavaProcess discard = start(directory, "discard-" + i, LinkDiscardMain.class, List.of("0"));
        samplers.add(discard);
        String port = discard.awaitLine("ready", Duration.ofSeconds(30)).split(" ")[1];
        members.append("    - { id: sampler-" + i + ", link: \"127.0.0.1:" + port + "\" }\n");
      }
      int port = Cluster.freePort();
      Path config =
          Files.writeString(
              directory.resolve("router.yaml"),
              "node: { id: router-0 }\ncluster:\n  discovery: fixed\n  members:\n"
                  + members
                  + "    - { id: router-0, role: router }\nops: { http: 127.0.0.1:0 }\nadmin: { listen: off }\nrouter:\n"
                  + "  receive: { grpc: \"127.0.0.1:"
                  + port
                  + "\", http: 127.0.0.1:0 }\n");
      router =
          JavaProcess.start(
              "router",
              directory,
              List.of(),
              FLAGS,
              "io.ringtail.cli.Ringtail",
              List.of("router", "--config", config.toString()));
      router.awaitLine("ready", Duration.ofSeconds(30));
      return measure(
          directory,
          "floor",
          load,
          port,
          new TreeMap<>(Map.of("router", List.of(router), "samplers", samplers)));
    } finally {
      samplers.forEach(JavaProcess::close);
      if (router != null) {
        router.close();
      }
    }
  }

  private String plain(Path directory, List<String> load) throws IOException, InterruptedException {
    List<JavaProcess> processes = new ArrayList<>();
    try {
      List<String> ports = new ArrayList<>(List.of("0"));
      for (int i = 0; i < 3; i++) {
        JavaProcess sink = start(directory, "blind-" + i, BlindSinkMain.class, List.of("0"));
        processes.add(sink);
        ports.add(sink.awaitLine("ready", Duration.ofSeconds(30)).split(" ")[1]);
      }
      JavaProcess forwarder = start(directory, "plain", PlainForwarderMain.class, ports);
      processes.add(forwarder);
      int port =
          Integer.parseInt(forwarder.awaitLine("ready", Duration.ofSeconds(30)).split(" ")[1]);
      return measure(directory, "plain", load, port, Map.of("router", List.of(forwarder)));
    } finally {
      processes.forEach(JavaProcess::close);
    }
  }

  private String measure(
      Path directory,
      String system,
      List<String> load,
      int port,
      Map<String, List<JavaProcess>> tiers)
      throws IOException, InterruptedException {
    List<String> args = new ArrayList<>(List.of(Integer.toString(port)));
    args.addAll(load);
    args.addAll(List.of(option("--warmup"), option("--window"), option("--windows")));
    Map<String, List<Double>> cells = new TreeMap<>();
    Map<String, ThreadUse> threads = new TreeMap<>();
    double allMillions = 0;
    try (JavaProcess generator = start(directory, "generator", GeneratorMain.class, args)) {
      generator.awaitLine("measuring", Duration.ofMinutes(5));
      for (int w = 0; w < Integer.parseInt(option("--windows")); w++) {
        List<Map<String, ThreadUse>> threadsBefore = threads(tiers);
        Map<String, Double> before = cpu(tiers);
        Map<String, Double> result = parse(generator.awaitLine("result", Duration.ofMinutes(5)));
        Map<String, Double> after = cpu(tiers);
        double millions = value(result, "spans") / 1e6;
        List<Map<String, ThreadUse>> threadsAfter = threads(tiers);
        for (int i = 0; i < threadsAfter.size(); i++) {
          ThreadUse.addDifference(threads, threadsBefore.get(i), threadsAfter.get(i));
        }
        allMillions += millions;
        for (String tier : tiers.keySet()) {
          add(cells, "cpu_" + tier, (value(after, tier) - value(before, tier)) / millions);
        }
        for (String key : List.of("spans_per_s", "p50_ms", "p99_ms", "refused")) {
          add(cells, key, value(result, key));
        }
      }
    }
    StringBuilder row = new StringBuilder(system).append(' ').append(String.join(" ", load));
    cells.forEach((key, values) -> row.append("  ").append(key).append('=').append(spread(values)));
    for (Map.Entry<String, List<JavaProcess>> tier : tiers.entrySet()) {
      long peak = 0;
      for (JavaProcess process : tier.getValue()) {
        peak = Math.max(peak, process.peakResidentBytes());
      }
      row.append("  peak_mb_").append(tier.getKey()).append('=').append(peak >> 20);
    }
    for (String line : ThreadUse.lines(threads, allMillions)) {
      row.append("\n    ").append(line);
    }
    return row.toString();
  }

  /** Of each sampler. */
  private static List<Map<String, ThreadUse>> threads(Map<String, List<JavaProcess>> tiers)
      throws IOException {
    List<Map<String, ThreadUse>> uses = new ArrayList<>();
    for (JavaProcess sampler : tiers.getOrDefault("samplers", List.of())) {
      uses.add(ThreadUse.of(sampler.pid()));
    }
    return uses;
  }

  private static void add(Map<String, List<Double>> cells, String key, double value) {
    cells.computeIfAbsent(key, k -> new ArrayList<>()).add(value);
  }

  static double value(Map<String, Double> values, String key) {
    return Objects.requireNonNull(values.get(key), key);
  }

  private static Map<String, Double> cpu(Map<String, List<JavaProcess>> tiers) throws IOException {
    Map<String, Double> used = new TreeMap<>();
    for (Map.Entry<String, List<JavaProcess>> tier : tiers.entrySet()) {
      double sum = 0;
      for (JavaProcess process : tier.getValue()) {
        sum += process.cpuSeconds();
      }
      used.put(tier.getKey(), sum);
    }
    return used;
  }

  static Map<String, Double> parse(String line) {
    Map<String, Double> values = new TreeMap<>();
    Arrays.stream(line.split(" "))
        .filter(word -> word.contains("="))
        .map(word -> word.split("="))
        .forEach(pair -> values.put(pair[0], Double.parseDouble(pair[1])));
    return values;
  }

  static String spread(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return String.format(
        "%.2f(%.2f–%.2f)",
        sorted.get(sorted.size() / 2), sorted.get(0), sorted.get(sorted.size() - 1));
  }

  static JavaProcess start(Path directory, String name, Class<?> main, List<String> arguments)
      throws IOException {
    return JavaProcess.start(
        name, directory, List.of(), List.of("-Xmx1500m"), main.getName(), arguments);
  }
}
