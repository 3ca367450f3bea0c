package io.ringtail.it.overload;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.it.harness.Alone;
import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.Equations;
import io.ringtail.it.harness.Ledger;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.it.harness.RequestBodies;
import io.ringtail.it.harness.Sender;
import io.ringtail.trace.TraceId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A tenth of all spans carries one trace ID: that trace is decided when it is at its cap, and the
 * other traces are unharmed; each node in a control group of {@value #LIMIT_MIB} MiB where that is
 * allowed.
 */
@Alone
class HotTraceIT {
  private static final int LIMIT_MIB = 512;
  private static final int CAP = 1000;
  private static final String CAPPED =
      """
        max-trace-spans: 1000
      """;
  private static final String KEEP_ALL =
      """
      tail_sampling:
        decision_wait: 2s
        policies:
          - { name: all, type: always_sample }
      """;
  private static final int EVERY = 10;
  private static final int REQUESTS_PER_SECOND = 50;
  private static final long NANOS = 8_000_000_000L;
  private static final TraceId HOT = new TraceId(0x0af7651916cd43ddL, 0x8448eb211c80319cL);

  private final Ledger ledger =
      new Ledger(
          (body, span) -> RequestBodies.numberWithHotTrace(body, span, EVERY, HOT.hi(), HOT.lo()));

  @TempDir private Path directory;

  @Test
  void otherTraces_besideARunawayTrace_leaveWhole() throws Exception {
    RequestBodies bodies = new RequestBodies(16, 470, 300, 13);
    try (MemoryGroups groups = new MemoryGroups(LIMIT_MIB, LIMIT_MIB);
        OtlpSink sink = OtlpSink.telling("127.0.0.1", this::onSpan);
        Cluster cluster = new Cluster(directory, settings(sink, groups)).start(1, 3);
        Sender sender = new Sender(List.of(cluster.routers().get(0).grpcPort()), 8)) {
      sender.onAccepted(ledger::onAccepted);
      sender.run(
          n -> bodies.requestWithHotTrace(n, EVERY, HOT.hi(), HOT.lo()),
          NANOS,
          REQUESTS_PER_SECOND);

      assertNextToNothingRefused(sender);
      assertThat(sender.accepted() * hotSpansARequest()).as("hot spans").isGreaterThan(2L * CAP);
      Equations.awaitQuiet(cluster, Duration.ofSeconds(60));
      assertThat(ledger.tracesNotWhole()).as("traces that miss an accepted span").isEmpty();
      Equations.of(cluster).assertAddUp(sender.accepted() * RequestBodies.SPANS, sink.spans());
      assertCapReached(cluster);
      groups.assertWithinLimit();
    }
  }

  /** A node that has just started may stall for longer than its memory for requests lasts. */
  private static void assertNextToNothingRefused(Sender sender) {
    assertThat(sender.refusals().keySet())
        .as("%s %s", sender.refusals(), sender.reasons())
        .isSubsetOf("UNAVAILABLE+details", "DEADLINE_EXCEEDED+details");
    assertThat(sender.refused()).as("%s", sender.reasons()).isLessThan(sender.sent() / 20);
  }

  private void onSpan(byte[] body, int start, int end) {
    ledger.onSpan(body, start);
  }

  private static int hotSpansARequest() {
    return (RequestBodies.SPANS + EVERY - 1) / EVERY;
  }

  private static Cluster.Settings settings(OtlpSink sink, MemoryGroups groups) {
    return new Cluster.Settings(
        KEEP_ALL,
        sink.port(),
        groups.routerFlags(),
        groups.samplerFlags(),
        CAPPED,
        "",
        groups::prefix);
  }

  /** At one sampler, the hot trace's owner. */
  private static void assertCapReached(Cluster cluster) throws Exception {
    double capped = 0;
    for (Cluster.Node sampler : cluster.samplers()) {
      capped += sampler.metric("ringtail_sampler_decisions_total", "cause=\"trace_spans\"");
    }
    assertThat(capped).as("decisions because of a trace's spans").isPositive();
  }
}
