package io.ringtail.it.overload;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import io.ringtail.it.harness.Alone;
import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.Equations;
import io.ringtail.it.harness.Ledger;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.harness.RequestBodies;
import io.ringtail.it.harness.Sender;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One router and two samplers, each in a control group of {@value #ROUTER_MIB} and {@value
 * #SAMPLER_MIB} MiB where that is allowed, the size of the small example of the chart, with the
 * flags of scripts/jvm.flags and nothing configured: what they can take is measured, then they are
 * sent five times that, then their backend takes a tenth of it. They are never killed. Seconds a
 * phase: system property {@code ringtail.it.overload.seconds}, 60 in the full run; further JVM
 * flags of the nodes, with commas: {@code ringtail.it.overload.flags}.
 */
@Alone
class OverloadIT {
  private static final int ROUTER_MIB = 512;
  private static final int SAMPLER_MIB = 768;
  private static final int SPAN_BYTES = 808;
  private static final long SECOND = 1_000_000_000L;
  private static final int FACTOR = 5;
  private static final int ATTEMPTS = 3;
  private static final long FULL_PHASE_NANOS = 60 * SECOND;
  private static final int CONNECTIONS = 8;
  private static final int FEW_IN_FLIGHT = 16;
  private static final int MANY_IN_FLIGHT = 1024;
  private static final String KEEP_ALL =
      """
      tail_sampling:
        decision_wait: 4s
        policies:
          - { name: all, type: always_sample }
      """;

  private final long phaseNanos = Long.getLong("ringtail.it.overload.seconds", 12L) * SECOND;
  private final RequestBodies bodies = new RequestBodies(32, SPAN_BYTES, 1500, 11);
  private final Ledger ledger = new Ledger(RequestBodies::number);

  @TempDir private Path directory;

  @Test
  void fiveTimesTheLoad_thenASlowSink_refusesRetryablyAndLosesNothing() throws Exception {
    try (MemoryGroups groups = new MemoryGroups(ROUTER_MIB, SAMPLER_MIB);
        OtlpSink sink =
            OtlpSink.telling("127.0.0.1", (body, start, end) -> ledger.onSpan(body, start));
        Cluster cluster = new Cluster(directory, settings(sink, groups)).start(1, 2);
        Sender sender =
            new Sender(
                Collections.nCopies(CONNECTIONS, cluster.routers().get(0).grpcPort()),
                FEW_IN_FLIGHT)) {
      sender.onAccepted(ledger::onAccepted);
      double capacity = overload(sender);
      groups.assertAsPlanned("five times too much", cluster.nodes());
      awaitBackToNormal(sender, capacity);

      sink.takeAtMost((long) (capacity * RequestBodies.SPANS * SPAN_BYTES / 10));
      slowSink(sender, capacity);
      groups.assertAsPlanned("slow sink", cluster.nodes());
      sink.takeAtMost(0);
      awaitBackToNormal(sender, capacity);

      Equations.awaitQuiet(cluster, Duration.ofSeconds(60));
      assertThat(ledger.tracesNotWhole()).as("traces that miss an accepted span").isEmpty();
      Equations.of(cluster).assertBalanced(sink.spans());
      for (Cluster.Node node : cluster.nodes()) {
        assertThat(node.process().isAlive()).as(node.process().log()).isTrue();
      }
      groups.assertWithinLimit();
    }
  }

  private static Cluster.Settings settings(OtlpSink sink, MemoryGroups groups) {
    return new Cluster.Settings(
        KEEP_ALL,
        sink.port(),
        slow(groups.routerFlags()),
        slow(groups.samplerFlags()),
        "    max-request-spans: 512\n",
        "",
        node -> behindTheSender(groups.prefix(node)));
  }

  /** So that one machine can make five times what they take, and that this does not change. */
  private static List<String> slow(List<String> flags) {
    List<String> words = new ArrayList<>(flags);
    words.add("-XX:TieredStopAtLevel=1");
    Splitter.on(',')
        .omitEmptyStrings()
        .split(System.getProperty("ringtail.it.overload.flags", ""))
        .forEach(words::add);
    return words;
  }

  /** So that it is the nodes that have too much to do, and not who sends it. */
  private static List<String> behindTheSender(List<String> prefix) {
    List<String> words = new ArrayList<>(prefix);
    words.addAll(List.of("nice", "-n", "5"));
    return words;
  }

  /** Requests a second that are accepted while there is always another one. */
  private double measureCapacity(Sender sender) throws InterruptedException {
    sender.run(bodies::request, phaseNanos / 2, 0);
    long before = sender.accepted();
    long start = System.nanoTime();
    sender.run(bodies::request, phaseNanos / 2, 0);
    double capacity = (sender.accepted() - before) * (double) SECOND / (System.nanoTime() - start);
    System.out.printf("capacity: %.0f requests/s, %,.0f spans/s%n", capacity, capacity * 512);
    return capacity;
  }

  /**
   * Measures the capacity, then sends five times that, again if this machine was too busy for it.
   */
  private double overload(Sender sender) throws InterruptedException {
    double capacity = 0;
    double offered = 0;
    for (int i = 0; i < ATTEMPTS && offered <= leastFactor() * capacity; i++) {
      sender.inFlight(FEW_IN_FLIGHT);
      if (i > 0) {
        awaitBackToNormal(sender, capacity);
      }
      capacity = measureCapacity(sender);
      sender.inFlight(MANY_IN_FLIGHT);
      offered = offer(sender, capacity);
    }
    assertThat(offered / capacity).as("offered, in capacities").isGreaterThan(leastFactor());
    assertThat(sender.refused()).as("refusals").isPositive();
    return capacity;
  }

  /** The sender shares the machine with the nodes: in short phases it may not get to all five. */
  private double leastFactor() {
    return phaseNanos >= FULL_PHASE_NANOS ? 0.9 * FACTOR : 2;
  }

  private double offer(Sender sender, double capacity) throws InterruptedException {
    sender.forgetRefusals();
    long sentBefore = sender.sent();
    long acceptedBefore = sender.accepted();
    sender.run(bodies::request, phaseNanos, (int) Math.ceil(FACTOR * capacity));
    double seconds = phaseNanos / (double) SECOND;
    double offered = (sender.sent() - sentBefore) / seconds;
    System.out.printf(
        "offered: %.0f requests/s, accepted %.0f, refused %s%n",
        offered, (sender.accepted() - acceptedBefore) / seconds, sender.refusals());
    assertRetryable(sender, "five times too much");
    return offered;
  }

  private void slowSink(Sender sender, double capacity) throws InterruptedException {
    sender.forgetRefusals();
    sender.run(bodies::request, phaseNanos, (int) Math.ceil(capacity));
    System.out.printf("slow sink: refused %s%n", sender.refusals());
    assertRetryable(sender, "a slow sink");
  }

  private static void assertRetryable(Sender sender, String phase) {
    assertThat(sender.refusals().keySet())
        .as("refusals under " + phase + ": " + sender.refusals() + " " + sender.reasons())
        .isSubsetOf("UNAVAILABLE+details", "DEADLINE_EXCEEDED+details");
  }

  /** At half of what fits nothing is refused any more, at the latest after 30 s. */
  private void awaitBackToNormal(Sender sender, double capacity) throws InterruptedException {
    long start = System.nanoTime();
    do {
      sender.forgetRefusals();
      sender.run(bodies::request, 3 * SECOND, (int) Math.ceil(capacity / 2));
    } while (sender.refused() > 0 && System.nanoTime() - start < 30 * SECOND);
    System.out.printf("normal after %d s%n", (System.nanoTime() - start) / SECOND - 3);
    assertThat(sender.refusals()).as("30 s after the overload").isEmpty();
  }
}
