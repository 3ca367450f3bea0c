package io.ringtail.it.bench;

import static org.awaitility.Awaitility.await;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Resident memory of samplers beyond their idle, over the encoded bytes they hold. A sampler is
 * warmed up with some traffic, left until it holds nothing, looked at (<em>idle</em>), filled until
 * it holds {@link #HELD_SPANS} a sampler, and looked at again (<em>holding</em>). Resident memory
 * is the operating system's; held spans are the sampler's own metric, times the encoded size of a
 * span.
 *
 * <p>Slabs a sampler keeps while idle are memory for spans: they count as held memory, not as idle,
 * or a sampler that never gives anything back would look best.
 */
final class MemoryCell {
  private static final int HELD_SPANS = 500_000;
  private static final int SAMPLERS = 3;
  private static final int WARM_UP_SPANS_PER_SECOND = 30_000;
  private static final int WARM_UP_SPANS = 6 * WARM_UP_SPANS_PER_SECOND;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String POLICIES =
      """
      tail_sampling:
        decision_wait: 14s
        num_traces: 2000000
        decision_cache: { sampled_cache_size: 500, non_sampled_cache_size: 500 }
        policies:
          - { name: share, type: probabilistic, probabilistic: { sampling_percentage: 5 } }
      """;

  private final Path directory;
  private final List<String> samplerFlags;

  MemoryCell(Path directory, List<String> samplerFlags) {
    this.directory = directory;
    this.samplerFlags = samplerFlags;
  }

  /** What a sampler takes at one moment. */
  private record Look(long resident, double heldSpans, double slabs, double stored) {
    static Look at(Cluster.Node sampler) throws IOException, InterruptedException {
      return new Look(
          sampler.process().residentBytes(),
          sampler.metric("ringtail_sampler_held_spans"),
          sampler.metric("ringtail_sampler_slab_bytes"),
          sampler.metric("ringtail_sampler_stored_bytes"));
    }
  }

  String run(String spanBytes) throws IOException, InterruptedException {
    try (JavaProcess sink = EndToEndBench.start(directory, "sink", SinkMain.class, List.of("0"))) {
      int port = Integer.parseInt(sink.awaitLine("ready", PATIENCE).split(" ")[1]);
      Cluster.Settings settings =
          new Cluster.Settings(
              POLICIES,
              port,
              List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=1500m"),
              samplerFlags,
              "  max-buffered-bytes: 1GiB\n",
              "",
              name -> List.of());
      try (Cluster cluster = new Cluster(directory, settings).start(1, SAMPLERS)) {
        return run(cluster, spanBytes);
      }
    }
  }

  private String run(Cluster cluster, String spanBytes) throws IOException, InterruptedException {
    List<Look> fresh = looks(cluster);
    int port = cluster.routers().get(0).grpcPort();
    JavaProcess warmUp = generator(port, spanBytes, WARM_UP_SPANS_PER_SECOND);
    try {
      awaitAccepted(cluster, WARM_UP_SPANS);
    } finally {
      warmUp.close();
    }
    awaitHeld(cluster, 0);
    List<Look> idle = looks(cluster);
    JavaProcess load = generator(port, spanBytes, 0);
    try {
      awaitHeld(cluster, HELD_SPANS);
    } finally {
      load.close();
    }
    awaitNothingOnItsWay(cluster.routers().get(0));
    List<Look> holding = looks(cluster);
    StringBuilder row = new StringBuilder("memory ").append(spanBytes);
    for (int i = 0; i < holding.size(); i++) {
      row.append(line(fresh.get(i), idle.get(i), holding.get(i), Integer.parseInt(spanBytes)));
    }
    return row.toString();
  }

  private static String line(Look fresh, Look idle, Look holding, int spanBytes) {
    double encoded = holding.heldSpans() * spanBytes;
    double beyond = holding.resident() - idle.resident() + idle.slabs();
    return String.format(
        "%n    ratio=%.2f beyond_idle_mb=%.0f encoded_mb=%.0f held_spans=%.0f stored_mb=%.0f"
            + " slab_mb=%.0f resident_mb: fresh=%d idle=%d (its slabs %.0f) holding=%d",
        beyond / encoded,
        beyond / (1 << 20),
        encoded / (1 << 20),
        holding.heldSpans(),
        holding.stored() / (1 << 20),
        holding.slabs() / (1 << 20),
        fresh.resident() >> 20,
        idle.resident() >> 20,
        idle.slabs() / (1 << 20),
        holding.resident() >> 20);
  }

  private static List<Look> looks(Cluster cluster) throws IOException, InterruptedException {
    List<Look> looks = new ArrayList<>();
    for (Cluster.Node sampler : cluster.samplers()) {
      looks.add(Look.at(sampler));
    }
    return looks;
  }

  /** Until every sampler holds at least {@code spans}; none at all if that is 0. */
  private static void awaitHeld(Cluster cluster, int spans) {
    for (Cluster.Node sampler : cluster.samplers()) {
      await()
          .atMost(PATIENCE)
          .until(
              () -> sampler.metric("ringtail_sampler_held_spans"),
              held -> spans == 0 ? held == 0 : held >= spans);
    }
  }

  /** Until all samplers together have accepted so many. */
  private static void awaitAccepted(Cluster cluster, int spans) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              double accepted = 0;
              for (Cluster.Node sampler : cluster.samplers()) {
                accepted += sampler.metric("ringtail_sampler_accepted_spans_total");
              }
              return accepted >= spans;
            });
  }

  private static void awaitNothingOnItsWay(Cluster.Node router) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                router.metric("ringtail_router_open_requests") == 0
                    && router.metric("ringtail_router_held_bytes") == 0);
  }

  private JavaProcess generator(int port, String spanBytes, int rate) throws IOException {
    return EndToEndBench.start(
        directory,
        "generator",
        GeneratorMain.class,
        List.of(
            Integer.toString(port), spanBytes, "none", Integer.toString(rate), "600", "1", "1"));
  }
}
