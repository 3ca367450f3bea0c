package io.ringtail.sampler.export;

import com.codahale.metrics.Counter;
import com.codahale.metrics.Histogram;
import io.ringtail.metrics.Metrics;
import java.util.EnumMap;
import java.util.Map;

/**
 * Counters of one destination. Once it is quiet {@code taken + recovered = sent + Σ lost{reason} +
 * queued}, in spans. Looked up at start-up, counted once a trace or request.
 */
final class ExportMetrics {
  private static final String PREFIX = "ringtail_sampler_export_";

  final Counter takenSpans;
  final Counter sentSpans;
  final Counter sentBytes;
  final Counter recoveredSpans;
  final Counter spooledSpans;
  final Counter spoolFailures;
  final Counter leftSpans;
  final Counter failures;
  final Counter requests;
  final Counter retries;
  final Counter halved;
  final Counter full;
  final Histogram requestMillis;
  private final Map<ExportLoss, Counter> lostSpans = new EnumMap<>(ExportLoss.class);

  ExportMetrics(Metrics metrics, String destination) {
    String[] to = {"destination", destination};
    takenSpans =
        metrics.counter(
            PREFIX + "taken_spans_total", "Spans of kept traces taken in the queue.", to);
    sentSpans =
        metrics.counter(PREFIX + "sent_spans_total", "Spans the destination has accepted.", to);
    sentBytes =
        metrics.counter(
            PREFIX + "sent_bytes_total",
            "Bytes of requests the destination has accepted, before compression.",
            to);
    recoveredSpans =
        metrics.counter(
            PREFIX + "recovered_spans_total", "Spans found in the queue on disk at start.", to);
    spooledSpans =
        metrics.counter(PREFIX + "spooled_spans_total", "Spans written to the queue on disk.", to);
    spoolFailures =
        metrics.counter(
            PREFIX + "disk_failures_total",
            "Requests that could not be written to disk, or read back; tried again.",
            to);
    leftSpans =
        metrics.counter(
            PREFIX + "left_spans_total",
            "Spans left in the queue on disk at the stop: who starts with its directory sends them.",
            to);
    failures =
        metrics.counter(
            PREFIX + "failures_total",
            "Work of the exporter that failed for a bug or want of memory, and is tried again.",
            to);
    requests = metrics.counter(PREFIX + "requests_total", "Requests sent, retries included.", to);
    retries =
        metrics.counter(PREFIX + "retries_total", "Requests that failed and are sent again.", to);
    halved =
        metrics.counter(
            PREFIX + "halved_total",
            "Refused requests sent again in two halves, so that only the traces refused are lost.",
            to);
    full =
        metrics.counter(
            PREFIX + "queue_full_total", "Offers refused because the queue is full.", to);
    requestMillis =
        metrics.histogram(
            PREFIX + "request_duration_milliseconds", "Time from request to its answer.", to);
    for (ExportLoss reason : ExportLoss.values()) {
      lostSpans.put(
          reason,
          metrics.counter(
              PREFIX + "lost_spans_total",
              "Spans of kept traces that did not reach the destination.",
              "destination",
              destination,
              "reason",
              reason.label()));
    }
  }

  /** Shows how full a destination is. */
  static void show(Destination owner, Metrics metrics, long capacityBytes, int maxInFlight) {
    String[] to = {"destination", owner.name()};
    metrics.gauge(PREFIX + "queued_bytes", "Bytes waiting or in flight.", owner::queuedBytes, to);
    metrics.gauge(
        PREFIX + "queue_capacity_bytes", "Bytes the queue may hold.", () -> capacityBytes, to);
    metrics.gauge(
        PREFIX + "queued_spans",
        "Spans waiting or in flight, those on disk included.",
        owner::queuedSpans,
        to);
    metrics.gauge(PREFIX + "disk_bytes", "Bytes of the queue on disk.", owner::diskBytes, to);
    metrics.gauge(
        PREFIX + "disk_capacity_bytes",
        "Bytes the queue on disk may have; 0 if there is none.",
        owner::diskCapacity,
        to);
    metrics.gauge(PREFIX + "requests_in_flight", "Requests not yet answered.", owner::inFlight, to);
    metrics.gauge(
        PREFIX + "requests_in_flight_capacity",
        "Requests that may be in flight.",
        () -> maxInFlight,
        to);
  }

  Counter lostSpans(ExportLoss reason) {
    Counter counter = lostSpans.get(reason);
    if (counter == null) {
      throw new AssertionError(reason);
    }
    return counter;
  }
}
