package io.ringtail.it.bench;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.JavaProcess;
import io.ringtail.rules.Rules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the protocol costs while nothing happens: one router and three samplers with all rules, and
 * beside them clusters that go without dedup, without retention and its marks, without notices of
 * decisions, and without all of them ({@link Rules}). All clusters live at once; the same load goes
 * to one after the other, window by window, so that what the machine does besides falls on all. A
 * good answer: retention within a few tenths of a CPU-second a million spans, dedup and notices
 * less; acknowledgements cannot be switched off ({@code AckCostReport}); memory by {@code rate ×
 * (decision_wait + export)} of encoded bytes in the router.
 */
final class CostCell {
  private static final Map<String, String> VARIANTS = new LinkedHashMap<>();

  static {
    VARIANTS.put("all_rules", "");
    VARIANTS.put("no_dedup", "A7");
    VARIANTS.put("no_retention", "M1,M5,M6");
    VARIANTS.put("no_notices", "D2");
    VARIANTS.put("none_of_these", "A7,M1,M5,M6,D2");
  }

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int SAMPLERS = 3;
  private static final String SETTLE_SECONDS = "4";

  private final Path directory;
  private final String policies;
  private final List<String> flags;
  private final List<String> load;
  private final int warmUpSeconds;
  private final String windowSeconds;
  private final int windows;

  /**
   * @param policies the {@code tail_sampling:} block
   * @param flags JVM flags of all nodes
   * @param load span bytes, coding and spans a second, as {@link GeneratorMain} takes them
   */
  CostCell(
      Path directory,
      String policies,
      List<String> flags,
      List<String> load,
      int warmUpSeconds,
      String windowSeconds,
      int windows) {
    this.directory = directory;
    this.policies = policies;
    this.flags = flags;
    this.load = load;
    this.warmUpSeconds = warmUpSeconds;
    this.windowSeconds = windowSeconds;
    this.windows = windows;
  }

  private static final class Variant {
    final Cluster cluster;
    final Map<String, List<Double>> cells = new TreeMap<>();

    Variant(Cluster cluster) {
      this.cluster = cluster;
    }

    void add(String cell, double value) {
      cells.computeIfAbsent(cell, c -> new ArrayList<>()).add(value);
    }

    double cpu(boolean router) throws IOException {
      double sum = 0;
      for (Cluster.Node node : router ? cluster.routers() : cluster.samplers()) {
        sum += node.process().cpuSeconds();
      }
      return sum;
    }
  }

  String run() throws IOException, InterruptedException {
    Map<String, Variant> variants = new LinkedHashMap<>();
    try (JavaProcess sink = EndToEndBench.start(directory, "sink", SinkMain.class, List.of("0"))) {
      int sinkPort = Integer.parseInt(sink.awaitLine("ready", PATIENCE).split(" ")[1]);
      for (Map.Entry<String, String> each : VARIANTS.entrySet()) {
        Path own = Files.createDirectory(directory.resolve(each.getKey()));
        variants.put(each.getKey(), new Variant(start(own, each.getValue(), sinkPort)));
      }
      for (Variant variant : variants.values()) {
        load(variant, Integer.toString(warmUpSeconds), false);
      }
      for (int window = 0; window < windows; window++) {
        for (Variant variant : variants.values()) {
          load(variant, SETTLE_SECONDS, true);
        }
      }
      return rows(variants);
    } finally {
      variants.values().forEach(variant -> variant.cluster.close());
    }
  }

  private Cluster start(Path own, String without, int sinkPort)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(flags);
    all.add("-D" + Rules.PROPERTY + "=" + without);
    Cluster.Settings settings =
        new Cluster.Settings(
            policies, sinkPort, all, all, "  max-buffered-bytes: 512MiB\n", "", name -> List.of());
    return new Cluster(own, settings).start(1, SAMPLERS);
  }

  /** One window, after the load has gone on for a while. */
  private void load(Variant variant, String settleSeconds, boolean counts)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>();
    arguments.add(Integer.toString(variant.cluster.routers().get(0).grpcPort()));
    arguments.addAll(load);
    arguments.addAll(List.of(settleSeconds, counts ? windowSeconds : "1", "1"));
    try (JavaProcess generator =
        EndToEndBench.start(directory, "generator", GeneratorMain.class, arguments)) {
      generator.awaitLine("measuring", PATIENCE);
      double router = variant.cpu(true);
      double samplers = variant.cpu(false);
      Map<String, Double> result = EndToEndBench.parse(generator.awaitLine("result", PATIENCE));
      if (counts) {
        double millions = EndToEndBench.value(result, "spans") / 1e6;
        variant.add("cpu_router", (variant.cpu(true) - router) / millions);
        variant.add("cpu_samplers", (variant.cpu(false) - samplers) / millions);
        variant.add("spans_per_s", EndToEndBench.value(result, "spans_per_s"));
        variant.add("p99_ms", EndToEndBench.value(result, "p99_ms"));
        memory(variant);
      }
    }
  }

  /** Right after a window, while all it sent is still held. */
  private static void memory(Variant variant) throws IOException, InterruptedException {
    Cluster.Node router = variant.cluster.routers().get(0);
    variant.add("router_mib", mib((double) router.process().residentBytes()));
    variant.add("router_log_mib", mib(router.metric("ringtail_router_retention_bytes")));
    long resident = 0;
    double stored = 0;
    for (Cluster.Node sampler : variant.cluster.samplers()) {
      resident = Math.max(resident, sampler.process().residentBytes());
      stored = Math.max(stored, sampler.metric("ringtail_sampler_stored_bytes"));
    }
    variant.add("sampler_mib", mib((double) resident));
    variant.add("sampler_stored_mib", mib(stored));
  }

  private static double mib(double bytes) {
    return bytes / (1 << 20);
  }

  private String rows(Map<String, Variant> variants) {
    StringBuilder rows = new StringBuilder("cost ").append(String.join(" ", load));
    variants.forEach(
        (name, variant) -> {
          rows.append(String.format(Locale.ROOT, "%n    %-14s", name));
          variant.cells.forEach(
              (cell, values) ->
                  rows.append("  ").append(cell).append('=').append(EndToEndBench.spread(values)));
        });
    return rows.toString();
  }
}
