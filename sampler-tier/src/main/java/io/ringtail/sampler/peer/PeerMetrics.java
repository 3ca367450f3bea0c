package io.ringtail.sampler.peer;

import com.codahale.metrics.Counter;
import io.ringtail.metrics.Metrics;
import java.util.function.IntSupplier;

/** What streams between samplers count. Threads: any. */
final class PeerMetrics {
  private final Counter sentBytes;
  private final Counter receivedBytes;
  private final Counter malformed;

  PeerMetrics(Metrics metrics, IntSupplier outbound, IntSupplier inbound) {
    sentBytes =
        metrics.counter("ringtail_sampler_peer_sent_bytes_total", "Bytes sent to other samplers.");
    receivedBytes =
        metrics.counter(
            "ringtail_sampler_peer_received_bytes_total", "Bytes received from other samplers.");
    malformed =
        metrics.counter(
            "ringtail_sampler_peer_malformed_total",
            "Streams of other samplers ended because what came was not understood.");
    metrics.gauge(
        "ringtail_sampler_peer_links",
        "Streams between this sampler and others.",
        outbound::getAsInt,
        "direction",
        "out");
    metrics.gauge(
        "ringtail_sampler_peer_links",
        "Streams between this sampler and others.",
        inbound::getAsInt,
        "direction",
        "in");
  }

  void sent(int bytes) {
    sentBytes.inc(bytes);
  }

  void received(int bytes) {
    receivedBytes.inc(bytes);
  }

  void malformed() {
    malformed.inc();
  }
}
