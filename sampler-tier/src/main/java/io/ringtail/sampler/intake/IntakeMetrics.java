package io.ringtail.sampler.intake;

import com.codahale.metrics.Counter;
import io.ringtail.metrics.Metrics;
import io.ringtail.refusal.Refusal;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the links count: parts refused by reason, links open. Spans are counted by the shards once
 * they are accepted. Threads: any.
 */
final class IntakeMetrics {
  private enum Reason {
    BUSY,
    NOT_READY,
    NOT_OWNER,
    OTHER
  }

  private final Map<Reason, Counter> refused = new EnumMap<>(Reason.class);
  private final AtomicInteger links = new AtomicInteger();

  IntakeMetrics(Metrics metrics) {
    for (Reason reason : Reason.values()) {
      refused.put(
          reason,
          metrics.counter(
              "ringtail_sampler_refused_parts_total",
              "Parts a router sent that were not taken; it sends them elsewhere or refuses its client",
              "reason",
              reason.name().toLowerCase(Locale.ROOT)));
    }
    metrics.gauge(
        "ringtail_sampler_links", "Links from routers that are open", () -> links.get());
  }

  void refused(Refusal refusal) {
    Reason reason =
        refusal instanceof Refusal.Busy
            ? Reason.BUSY
            : refusal instanceof Refusal.NotReady
                ? Reason.NOT_READY
                : refusal instanceof Refusal.NotOwner ? Reason.NOT_OWNER : Reason.OTHER;
    refused.get(reason).inc();
  }

  void opened() {
    links.incrementAndGet();
  }

  void closed() {
    links.decrementAndGet();
  }
}
