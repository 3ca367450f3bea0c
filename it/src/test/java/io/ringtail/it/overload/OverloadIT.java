package io.ringtail.it.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.MemoryGroup;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.harness.RequestBodies;
import io.ringtail.it.harness.Sender;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One router and two samplers, each in a control group of {@value #LIMIT_MIB} MiB, given all a
 * sender can send, then a sink far too slow. Seconds a phase: system property {@code
 * ringtail.it.overload.seconds}, 60 in the full run.
 */
class OverloadIT {
  private static final int LIMIT_MIB = 448;
  private static final long SECOND = 1_000_000_000L;
  private static final String KEEP_ALL =
      """
      tail_sampling:
        decision_wait: 4s
        policies:
          - { name: all, type: always_sample }
      """;
  private static final List<String> FLAGS =
      List.of("-Xmx160m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=128m");

  private final long phaseNanos = Long.getLong("ringtail.it.overload.seconds", 12L) * SECOND;
  private final RequestBodies bodies = new RequestBodies(32, 808, 1500, 11);

  @TempDir private Path directory;

  @Test
  void overload_inMemoryLimitedGroups_refusesRetryablyAndLosesNothing() throws Exception {
    assumeTrue(MemoryGroup.available(), "skipped: no writable memory control group here");
    Map<String, MemoryGroup> groups = new TreeMap<>();
    try (OtlpSink sink = OtlpSink.counting(0);
        Cluster cluster = new Cluster(directory, settings(sink, groups)).start(1, 2);
        Sender sender = new Sender(List.of(cluster.routers().get(0).grpcPort()), 256)) {
      sender.run(bodies::request, phaseNanos, 0);
      assertRetryable(sender, "five times too much");

      sender.forgetRefusals();
      sink.delay(Duration.ofSeconds(2));
      sender.run(bodies::request, phaseNanos, 200);
      assertRetryable(sender, "a slow sink");
      sink.delay(Duration.ZERO);

      awaitBackToNormal(sender);
      awaitAllAtSink(cluster, sink, sender);
      report(groups, sender);
      for (Cluster.Node node : cluster.nodes()) {
        assertThat(node.process().isAlive()).as(node.process().log()).isTrue();
      }
      assertThat(groups.values())
          .allSatisfy(group -> assertThat(group.peakBytes()).isLessThan((long) LIMIT_MIB << 20));
    } finally {
      for (MemoryGroup group : groups.values()) {
        await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> closed(group));
      }
    }
  }

  private static boolean closed(MemoryGroup group) throws IOException {
    group.close();
    return true;
  }

  private static Cluster.Settings settings(OtlpSink sink, Map<String, MemoryGroup> groups) {
    return new Cluster.Settings(
        KEEP_ALL,
        sink.port(),
        FLAGS,
        FLAGS,
        "  max-buffered-bytes: 64MiB\n",
        "    max-bytes-in-flight: 32MiB\n    max-request-bytes: 4MiB\n",
        name -> {
          try {
            groups.put(name, MemoryGroup.create(name, (long) LIMIT_MIB << 20));
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          return groups.get(name).prefix();
        });
  }

  private static void assertRetryable(Sender sender, String phase) {
    assertThat(sender.refusals().keySet())
        .as("refusals under " + phase + ": " + sender.refusals())
        .isSubsetOf("UNAVAILABLE+details", "UNAVAILABLE", "RESOURCE_EXHAUSTED+details");
    assertThat(sender.refused()).as("refusals under " + phase).isPositive();
  }

  /** At a load that fits nothing is refused any more, at the latest after 30 s. */
  private void awaitBackToNormal(Sender sender) throws InterruptedException {
    long deadline = System.nanoTime() + 30 * SECOND;
    do {
      sender.forgetRefusals();
      sender.run(bodies::request, 3 * SECOND, 10);
    } while (sender.refused() > 0 && System.nanoTime() < deadline);
    assertThat(sender.refusals()).as("30 s after the overload").isEmpty();
  }

  private static void awaitAllAtSink(Cluster cluster, OtlpSink sink, Sender sender) {
    long wanted = sender.accepted() * RequestBodies.SPANS;
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () -> {
              double held = 0;
              for (Cluster.Node sampler : cluster.samplers()) {
                held += sampler.metric("ringtail_sampler_held_spans");
              }
              assertThat(held).isZero();
              assertThat(sink.spans())
                  .as("accepted spans at the sink")
                  .isGreaterThanOrEqualTo(wanted);
            });
  }

  private static void report(Map<String, MemoryGroup> groups, Sender sender) throws IOException {
    for (Map.Entry<String, MemoryGroup> group : groups.entrySet()) {
      System.out.printf(
          "%s: peak %d MiB of %d%n", group.getKey(), group.getValue().peakBytes() >> 20, LIMIT_MIB);
    }
    System.out.println("accepted spans: " + sender.accepted() * RequestBodies.SPANS);
  }
}
