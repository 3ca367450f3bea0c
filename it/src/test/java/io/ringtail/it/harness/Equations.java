package io.ringtail.it.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;

/**
 * The conservation equations of a quiet cluster, read from its /metrics: router {@code received =
 * forwarded + Σ dropped{reason} + Σ refused{reason}}, sampler {@code accepted + handed_in = kept +
 * Σ dropped{reason} + handed_out + held}.
 */
public record Equations(
    double received,
    double forwarded,
    double routerDropped,
    double routerRefused,
    double accepted,
    double handedIn,
    double kept,
    double samplerDropped,
    double handedOut,
    double held) {

  private static final List<String> TO_COME =
      List.of(
          "ringtail_sampler_held_spans",
          "ringtail_sampler_export_queued_spans",
          "ringtail_sampler_unanswered_exports");

  /** Waits until samplers hold nothing, and have been answered all they exported. */
  public static void awaitQuiet(Cluster cluster, Duration timeout) {
    await()
        .atMost(timeout)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptionsInstanceOf(HttpTimeoutException.class)
        .untilAsserted(
            () -> {
              for (String metric : TO_COME) {
                assertThat(sum(cluster.samplers(), metric)).as(metric).isZero();
              }
            });
  }

  public static Equations of(Cluster cluster) throws IOException, InterruptedException {
    return new Equations(
        sum(cluster.routers(), "ringtail_router_received_spans_total"),
        sum(cluster.routers(), "ringtail_router_forwarded_spans_total"),
        sum(cluster.routers(), "ringtail_router_dropped_spans_total"),
        sum(cluster.routers(), "ringtail_router_refused_spans_total"),
        sum(cluster.samplers(), "ringtail_sampler_accepted_spans_total"),
        sum(cluster.samplers(), "ringtail_sampler_handed_in_spans_total"),
        sum(cluster.samplers(), "ringtail_sampler_kept_spans_total"),
        sum(cluster.samplers(), "ringtail_sampler_dropped_spans_total"),
        sum(cluster.samplers(), "ringtail_sampler_handed_out_spans_total"),
        sum(cluster.samplers(), "ringtail_sampler_held_spans"));
  }

  private static double sum(List<Cluster.Node> nodes, String metric)
      throws IOException, InterruptedException {
    double sum = 0;
    for (Cluster.Node node : nodes) {
      sum += node.metric(metric);
    }
    return sum;
  }

  /**
   * Every span is accounted for, and what a sender was refused may have been taken in part.
   *
   * @param atSink spans at the sink
   */
  public void assertBalanced(long atSink) {
    assertThat(received)
        .as("router received = forwarded + dropped + refused: " + this)
        .isEqualTo(forwarded + routerDropped + routerRefused);
    assertThat(accepted)
        .as("accepted by samplers, of requests that failed too: " + this)
        .isGreaterThanOrEqualTo(forwarded);
    assertThat(accepted + handedIn)
        .as("sampler accepted + handed in = kept + dropped + handed out + held: " + this)
        .isEqualTo(kept + samplerDropped + handedOut + held);
    assertThat(kept).as("kept by samplers = at the sink").isEqualTo((double) atSink);
  }

  /**
   * As {@link #assertAddUp}, of senders that sent again what was not answered: a router may have
   * taken it each time.
   *
   * @param unanswered spans sent without an answer, each time it happened
   */
  public void assertAddUp(long sent, long unanswered, long atSink) {
    if (unanswered == 0) {
      assertAddUp(sent, atSink);
      return;
    }
    assertBalanced(atSink);
    assertThat(received - routerRefused)
        .as("taken by routers, of " + sent + " sent and " + unanswered + " unanswered")
        .isBetween((double) sent, (double) sent + unanswered);
  }

  /**
   * As {@link #assertBalanced}, of a cluster that has refused nothing half way.
   *
   * @param sent spans told accepted to their sender
   * @param atSink spans at the sink
   */
  public void assertAddUp(long sent, long atSink) {
    assertBalanced(atSink);
    assertThat(received - routerRefused).as("taken by routers").isEqualTo((double) sent);
    assertThat(accepted).as("accepted by samplers = forwarded by routers").isEqualTo(forwarded);
  }
}
