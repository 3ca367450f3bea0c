package io.ringtail.it.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.grpc.Status;
import io.ringtail.it.harness.Alone;
import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.Equations;
import io.ringtail.it.harness.Ledger;
import io.ringtail.it.harness.MemoryGroup;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.harness.RequestBodies;
import io.ringtail.it.harness.Sender;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All that is bounded in bytes is at its bound at once, in a router and a sampler of the chart's
 * small example, each in a control group of that size and with nothing configured. The backend
 * refuses: the sampler's queue and buffer fill, and with them the router's log. Then the sampler is
 * stopped for less than the cluster needs to notice: what the router holds for it fills, and then
 * what is coming in. What the parts may take together is what the limit leaves: nobody is killed,
 * all that is refused may be sent again, and what was accepted arrives.
 */
@Alone
class FullMemoryIT {
  private static final int ROUTER_MIB = 512;
  private static final int SAMPLER_MIB = 1024;
  private static final double FULL = 0.9;

  private static final int SPAN_BYTES = 808;
  private static final int CONNECTIONS = 8;
  private static final int IN_FLIGHT = 160;

  /** Numbers of requests that the sender does not reach. */
  private static final long FIRST_UNFINISHED = 400_000;

  private static final int MOST_UNFINISHED = 200;
  private static final Duration FILLING = Duration.ofMinutes(2);

  /** A sampler that is silent for 5 s is taken for dead. */
  private static final Duration STOPPED = Duration.ofMillis(1_500);

  private static final long STOPPED_AT_MOST_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final long SECOND = 1_000_000_000L;
  private static final int ATTEMPTS = 10;
  private static final String KEEP_ALL =
      """
      tail_sampling:
        decision_wait: 5s
        policies:
          - { name: all, type: always_sample }
      """;

  private final RequestBodies bodies = new RequestBodies(32, SPAN_BYTES, 1500, 17);
  private final Ledger ledger = new Ledger(RequestBodies::number);
  private final ExecutorService sending = Executors.newSingleThreadExecutor();

  @TempDir private Path directory;

  @Test
  void allBudgetsFullAtOnce_underTheLimitAlone_refuseRetryablyAndLoseNothing() throws Exception {
    assumeTrue(MemoryGroup.available(), "skipped: no memory group can be made here (needs root)");
    try (MemoryGroups groups = new MemoryGroups(ROUTER_MIB, SAMPLER_MIB);
        OtlpSink sink =
            OtlpSink.telling("127.0.0.1", (body, start, end) -> ledger.onSpan(body, start));
        Cluster cluster = new Cluster(directory, settings(sink, groups)).start(1, 1);
        UnfinishedRequests unfinished =
            new UnfinishedRequests(cluster.routers().get(0).httpPort());
        Sender sender = sender(cluster)) {
      sink.refuse(Status.UNAVAILABLE);
      fillSampler(cluster, sender);
      Fullness full = fillAll(cluster, sender, unfinished, groups);
      System.out.println(full);
      assertThat(full.least()).as("%s", full).isGreaterThanOrEqualTo(FULL);
      groups.assertAsPlanned("all full", cluster.nodes());
      assertRetryable(sender);

      sink.refuse(Status.OK);
      assertThat(unfinished.finish(ledger::onAccepted).keySet())
          .isSubsetOf("200", "503+retry-after", "504+retry-after");
      Equations.awaitQuiet(cluster, Duration.ofSeconds(60));
      assertTakesOn(sender);
      Equations.awaitQuiet(cluster, Duration.ofSeconds(60));
      assertThat(ledger.tracesNotWhole()).as("traces that miss an accepted span").isEmpty();
      Equations.of(cluster).assertBalanced(sink.spans());
      for (Cluster.Node node : cluster.nodes()) {
        assertThat(node.process().isAlive()).as(node.process().log()).isTrue();
      }
      groups.assertWithinLimit();
    } finally {
      sending.shutdownNow();
    }
  }

  private static Cluster.Settings settings(OtlpSink sink, MemoryGroups groups) {
    return new Cluster.Settings(
        KEEP_ALL, sink.port(), groups.routerFlags(), groups.samplerFlags(), "", "", groups::prefix);
  }

  private Sender sender(Cluster cluster) {
    Sender sender =
        new Sender(
            Collections.nCopies(CONNECTIONS, cluster.routers().get(0).grpcPort()), IN_FLIGHT);
    sender.onAccepted(ledger::onAccepted);
    return sender;
  }

  /** Until it refuses: its queue first, by what is decided early, then its buffer. */
  private void fillSampler(Cluster cluster, Sender sender) throws Exception {
    long start = System.nanoTime();
    Fullness full;
    do {
      sender.run(bodies::request, SECOND / 2, 0);
      full = Fullness.ofSampler(cluster.samplers().get(0));
    } while (Math.min(full.buffered(), full.queued()) < FULL
        && System.nanoTime() - start < FILLING.toNanos());
    System.out.printf(
        "sampler full after %.1f s: %d requests accepted, %d refused%n",
        (System.nanoTime() - start) / (double) SECOND, sender.accepted(), sender.refused());
  }

  /** Stops the sampler for a moment, again if this machine was too slow to fill the rest in it. */
  private Fullness fillAll(
      Cluster cluster, Sender sender, UnfinishedRequests unfinished, MemoryGroups groups)
      throws Exception {
    Fullness full = Fullness.ofSampler(cluster.samplers().get(0));
    for (int i = 0; i < ATTEMPTS && full.least() < FULL; i++) {
      try {
        full = fillWhileStopped(cluster, sender, unfinished, groups);
      } catch (HttpTimeoutException e) {
        System.out.println("too busy to answer: " + e);
      }
    }
    return full;
  }

  private Fullness fillWhileStopped(
      Cluster cluster, Sender sender, UnfinishedRequests unfinished, MemoryGroups groups)
      throws Exception {
    Cluster.Node router = cluster.routers().get(0);
    Cluster.Node sampler = cluster.samplers().get(0);
    Fullness full = Fullness.ofSampler(sampler); // and so it stays while it is stopped
    sampler.process().signal("STOP");
    long until = System.nanoTime() + STOPPED_AT_MOST_NANOS;
    Future<?> sent =
        sending.submit(
            () -> {
              sender.run(bodies::request, SECOND / 2, 0);
              return true;
            });
    try {
      awaitHeld(router, full);
      for (full = full.with(router);
          full.incoming() < FULL
              && unfinished.count() < MOST_UNFINISHED
              && System.nanoTime() < until;
          full = full.with(router)) {
        long number = FIRST_UNFINISHED + unfinished.count();
        unfinished.begin(number, bodies.request(number));
      }
      groups.assertAsPlanned("all full, the sampler stopped", cluster.routers());
    } finally {
      sampler.process().signal("CONT");
    }
    sent.get();
    return full;
  }

  private static void awaitHeld(Cluster.Node router, Fullness full) {
    try {
      await()
          .atMost(STOPPED)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> full.with(router).held() >= FULL);
    } catch (ConditionTimeoutException e) {
      System.out.println("held for the sampler: not full in time");
    }
  }

  private static void assertRetryable(Sender sender) {
    assertThat(sender.refused()).isPositive();
    assertThat(sender.refusals().keySet())
        .as("%s %s", sender.refusals(), sender.reasons())
        .isSubsetOf("UNAVAILABLE+details", "DEADLINE_EXCEEDED+details");
  }

  private void assertTakesOn(Sender sender) throws InterruptedException {
    sender.forgetRefusals();
    sender.run(bodies::request, SECOND, 10);
    assertThat(sender.refusals()).as("once all is gone: %s", sender.reasons()).isEmpty();
  }
}
