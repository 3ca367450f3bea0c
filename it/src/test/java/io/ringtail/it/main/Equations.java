package io.ringtail.it.main;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.it.harness.Cluster;
import java.io.IOException;
import java.util.List;

/**
 * The conservation equations of a quiet cluster, read from its /metrics: router {@code received =
 * forwarded + Σ dropped{reason} + Σ refused{reason}}, sampler {@code accepted + handed_in = kept +
 * Σ dropped{reason} + handed_out + held}.
 */
record Equations(
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

  static Equations of(Cluster cluster) throws IOException, InterruptedException {
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
   * @param sent spans told accepted to their sender
   * @param atSink spans at the sink
   */
  void assertAddUp(long sent, long atSink) {
    assertThat(received)
        .as("router received = forwarded + dropped + refused: " + this)
        .isEqualTo(forwarded + routerDropped + routerRefused);
    assertThat(received - routerRefused).as("taken by routers").isEqualTo((double) sent);
    assertThat(accepted).as("accepted by samplers = forwarded by routers").isEqualTo(forwarded);
    assertThat(accepted + handedIn)
        .as("sampler accepted + handed in = kept + dropped + handed out + held: " + this)
        .isEqualTo(kept + samplerDropped + handedOut + held);
    assertThat(kept).as("kept by samplers = at the sink").isEqualTo((double) atSink);
  }
}
