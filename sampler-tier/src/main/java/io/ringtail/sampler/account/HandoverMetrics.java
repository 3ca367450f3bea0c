package io.ringtail.sampler.account;

import com.codahale.metrics.Counter;
import io.ringtail.metrics.Metrics;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a sampler gives to others and takes from them; spans are counted in {@link SamplerMetrics}.
 * Threads: any; counted once a batch.
 */
public final class HandoverMetrics {
  private static final String PREFIX = "ringtail_sampler_handoff_";

  public final Counter tracesOut;
  public final Counter exportsOut;
  public final Counter decisionsOut;
  public final Counter bytesOut;
  public final Counter batchesOut;
  public final Counter notOwner;
  public final Counter full;
  public final Counter down;
  public final Counter unfit;
  public final Counter unanswered;
  public final Counter decisionsGivenUp;
  public final Counter mergesFailed;
  public final Counter unreadable;
  public final Counter tracesIn;
  public final Counter exportsIn;
  public final Counter bytesIn;
  public final Counter batchesIn;
  private final AtomicLong inFlightBytes = new AtomicLong();

  public HandoverMetrics(Metrics metrics) {
    String traces = "Open traces acknowledged by, or taken from, another sampler.";
    tracesOut = metrics.counter(PREFIX + "traces_total", traces, "direction", "out");
    tracesIn = metrics.counter(PREFIX + "traces_total", traces, "direction", "in");
    String exports = "Kept traces handed over before their export was answered.";
    exportsOut = metrics.counter(PREFIX + "exports_total", exports, "direction", "out");
    exportsIn = metrics.counter(PREFIX + "exports_total", exports, "direction", "in");
    decisionsOut =
        metrics.counter(PREFIX + "decisions_total", "Decisions told to new owners of slots.");
    String bytes = "Bytes of acknowledged batches.";
    bytesOut = metrics.counter(PREFIX + "bytes_total", bytes, "direction", "out");
    bytesIn = metrics.counter(PREFIX + "bytes_total", bytes, "direction", "in");
    String batches = "Batches acknowledged.";
    batchesOut = metrics.counter(PREFIX + "batches_total", batches, "direction", "out");
    batchesIn = metrics.counter(PREFIX + "batches_total", batches, "direction", "in");
    String failures = "Batches that were not taken and are sent again.";
    notOwner = metrics.counter(PREFIX + "refused_total", failures, "reason", "not_owner");
    full = metrics.counter(PREFIX + "refused_total", failures, "reason", "full");
    down = metrics.counter(PREFIX + "refused_total", failures, "reason", "link_down");
    unanswered = metrics.counter(PREFIX + "refused_total", failures, "reason", "unanswered");
    unfit = metrics.counter(PREFIX + "refused_total", failures, "reason", "unfit");
    decisionsGivenUp =
        metrics.counter(
            PREFIX + "decisions_given_up_total",
            "Batches of decisions no owner could read or store, however often they were sent.");
    String untaken = "Traces and batches of decisions of other samplers that were not taken: bugs.";
    unreadable = metrics.counter(PREFIX + "unfit_total", untaken, "reason", "unreadable");
    mergesFailed = metrics.counter(PREFIX + "unfit_total", untaken, "reason", "failed");
    metrics.gauge(
        PREFIX + "in_flight_bytes", "Bytes of batches sent, not answered.", inFlightBytes::get);
  }

  public void inFlight(long bytes) {
    inFlightBytes.addAndGet(bytes);
  }
}
