package io.ringtail.sampler.intake;

import com.codahale.metrics.Counter;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the links count: parts refused before they reach a shard (the shards count their own
 * refusals under the same name), links open. Spans are counted by the shards once they are
 * accepted. Threads: any.
 */
final class IntakeMetrics {
  private static final Logger log = LoggerFactory.getLogger(IntakeMetrics.class);

  private final Counter notOwner;
  private final Counter epochAhead;
  private final Counter malformedPart;
  private final Counter noMemory;
  private final Counter malformed;
  private final Mishaps mishaps;
  private final Counter replayed;
  private final AtomicLong refusedReplays = new AtomicLong();
  private final AtomicInteger links = new AtomicInteger();

  IntakeMetrics(Metrics metrics) {
    notOwner = refused(metrics, "not_owner");
    epochAhead = refused(metrics, "epoch_ahead");
    malformedPart = refused(metrics, "malformed");
    noMemory = refused(metrics, "memory");
    mishaps =
        new Mishaps(
            metrics.counter(
                "ringtail_sampler_link_failures_total",
                "Errors on links from routers: bugs, or no memory."),
            log,
            System::nanoTime);
    malformed =
        metrics.counter(
            "ringtail_sampler_malformed_links_total",
            "Links ended because what came was not the forward protocol.");
    replayed =
        metrics.counter(
            "ringtail_sampler_replayed_parts_total", "Parts taken that routers had sent before.");
    metrics.gauge("ringtail_sampler_links", "Links from routers that are open.", links::get);
  }

  private static Counter refused(Metrics metrics, String cause) {
    return metrics.counter(
        "ringtail_sampler_refused_parts_total",
        "Parts that were not taken; their router sends them elsewhere or refuses its client.",
        "cause",
        cause);
  }

  /** A slot of a part is another's. */
  void notOwner() {
    notOwner.inc();
  }

  /** A part's epoch did not come into use here within a second. */
  void epochAhead() {
    epochAhead.inc();
  }

  /** A span of a part cannot be read. */
  void malformedPart() {
    malformedPart.inc();
  }

  /** A part was not taken, as there was no memory where it is not asked for. */
  void noMemory(OutOfMemoryError e) {
    noMemory.inc();
    failed(e);
  }

  /** Something was thrown that should not be. */
  void failed(Throwable e) {
    mishaps.happened("event=link-failed", e);
  }

  void replayed() {
    replayed.inc();
  }

  void refusedReplay() {
    refusedReplays.incrementAndGet();
  }

  long refusedReplays() {
    return refusedReplays.get();
  }

  void malformed() {
    malformed.inc();
  }

  void opened() {
    links.incrementAndGet();
  }

  void closed() {
    links.decrementAndGet();
  }
}
