package io.ringtail.router.forward;

import com.codahale.metrics.Counter;
import io.ringtail.metrics.Metrics;
import java.util.Map;

/** Reads the sums of the router's equation. */
final class Books {
  private final Metrics metrics;

  Books(Metrics metrics) {
    this.metrics = metrics;
  }

  /** Sum over all labels. */
  long sum(String name) {
    return metrics.registry().getCounters().entrySet().stream()
        .filter(e -> e.getKey().equals(name) || e.getKey().startsWith(name + "{"))
        .map(Map.Entry::getValue)
        .mapToLong(Counter::getCount)
        .sum();
  }

  long received() {
    return sum("ringtail_router_received_spans_total");
  }

  long forwarded() {
    return sum("ringtail_router_forwarded_spans_total");
  }

  long refused() {
    return sum("ringtail_router_refused_spans_total");
  }

  boolean balance() {
    return received() == forwarded() + refused() + sum("ringtail_router_dropped_spans_total");
  }
}
