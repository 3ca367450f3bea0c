package io.ringtail.it.overload;

import io.ringtail.it.harness.Cluster;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/**
 * How full the budgets of a router and a sampler are, as shares of what they may be.
 *
 * @param buffered open traces, of the nine tenths above which a sampler refuses fresh spans
 * @param queued kept traces for the backend
 * @param log of what samplers have accepted and not settled
 * @param held for samplers that have not accepted it yet
 * @param incoming of requests that are not whole
 */
record Fullness(double buffered, double queued, double log, double held, double incoming) {
  private static final double FRESH_SHARE = 0.9;
  private static final Duration ANSWER = Duration.ofSeconds(2);

  /** The sampler's two; 0 for the rest. */
  static Fullness ofSampler(Cluster.Node sampler) throws IOException, InterruptedException {
    Cluster.Scrape metrics = sampler.metrics();
    double buffered =
        share(
            metrics, "ringtail_sampler_buffered_bytes", "ringtail_sampler_buffered_bytes_capacity");
    double queued =
        share(
            metrics,
            "ringtail_sampler_export_queued_bytes",
            "ringtail_sampler_export_queue_capacity_bytes");
    return new Fullness(buffered / FRESH_SHARE, queued, 0, 0, 0);
  }

  /** This, and the router's three; soon, as the sampler may be stopped meanwhile. */
  Fullness with(Cluster.Node router) throws IOException, InterruptedException {
    Cluster.Scrape metrics = router.metrics(ANSWER);
    return new Fullness(
        buffered,
        queued,
        share(metrics, "ringtail_router_retention_bytes", "ringtail_router_retention_limit_bytes"),
        share(metrics, "ringtail_router_held_bytes", "ringtail_router_held_limit_bytes"),
        share(metrics, "ringtail_router_incoming_bytes", "ringtail_router_incoming_limit_bytes"));
  }

  private static double share(Cluster.Scrape metrics, String used, String limit) {
    return metrics.sum(used) / metrics.sum(limit);
  }

  /** The emptiest of all. */
  double least() {
    return Math.min(Math.min(buffered, queued), Math.min(log, Math.min(held, incoming)));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "buffered %.2f, export queue %.2f, log %.2f, held for samplers %.2f, coming in %.2f",
        buffered,
        queued,
        log,
        held,
        incoming);
  }
}
