package io.ringtail.router.receive;

import com.codahale.metrics.Counter;
import io.ringtail.metrics.Metrics;
import io.ringtail.metrics.Mishaps;
import io.ringtail.metrics.RecentDurations;
import io.ringtail.refusal.Refusal;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one server counts. Once quiet: {@code received_requests = accepted_requests + Σ
 * refused_requests{reason}}; the spans within are counted where they are split. Threads: any.
 */
final class ReceiveMetrics {
  private static final Logger LOG = LoggerFactory.getLogger(ReceiveMetrics.class);

  /** Why a request was not accepted. */
  enum Reason {
    MALFORMED,
    TOO_LARGE,
    UNSUPPORTED,
    BUSY,
    NOT_READY,
    TIMED_OUT,
    NOT_OWNER,
    /** Wrong path, method or protocol version, or not HTTP at all. */
    BAD_REQUEST,
    /** The client went away before its request was whole. */
    ABANDONED,
    /** A bug of ours. */
    FAILED;

    static Reason of(Refusal refusal) {
      if (refusal instanceof Refusal.Busy) {
        return BUSY;
      }
      if (refusal instanceof Refusal.NotReady) {
        return NOT_READY;
      }
      if (refusal instanceof Refusal.TimedOut) {
        return TIMED_OUT;
      }
      if (refusal instanceof Refusal.Malformed) {
        return MALFORMED;
      }
      if (refusal instanceof Refusal.TooLarge) {
        return TOO_LARGE;
      }
      if (refusal instanceof Refusal.Unsupported) {
        return UNSUPPORTED;
      }
      if (refusal instanceof Refusal.NotOwner) {
        return NOT_OWNER;
      }
      throw new AssertionError(refusal);
    }
  }

  final Counter received;
  final Counter receivedBytes;
  final Counter bodyBytes;
  private final Counter accepted;
  private final RecentDurations answers = new RecentDurations();
  final Counter partial;
  final Counter unanswered;
  final Counter refusedConnections;
  private final Counter failures;
  private final Map<Reason, Counter> refused = new EnumMap<>(Reason.class);
  private final Mishaps mishaps;
  private final Metrics metrics;
  private final String protocol;

  ReceiveMetrics(Metrics metrics, String protocol) {
    this.metrics = metrics;
    this.protocol = protocol;
    received = counter("received_requests", "Export requests begun.");
    receivedBytes = counter("received_bytes", "Bytes of whole request bodies as they came.");
    bodyBytes =
        counter(
            "received_body_bytes",
            "Bytes of whole request bodies after decompression, as protobuf.");
    accepted = counter("accepted_requests", "Requests answered with success.");
    answers("0.5");
    answers("0.99");
    partial = counter("partial_requests", "Accepted requests of which some spans were rejected.");
    unanswered =
        counter("unanswered_requests", "Requests taken whose client had gone before the answer.");
    refusedConnections =
        counter("refused_connections", "Connections closed at once, being over the limit.");
    failures = counter("receive_failures", "Errors while requests came: bugs, or no memory.");
    mishaps = new Mishaps(failures, LOG, System::nanoTime);
    for (Reason reason : Reason.values()) {
      String label = reason.name().toLowerCase(Locale.ROOT);
      refused.put(
          reason,
          metrics.counter(
              "ringtail_router_refused_requests_total",
              "Requests not accepted, by reason.",
              "protocol",
              protocol,
              "reason",
              label));
    }
  }

  /**
   * A request was answered with success.
   *
   * @param wholeNanos when all of it had come
   */
  void accepted(long wholeNanos, long nowNanos) {
    accepted.inc();
    answers.record(nowNanos, nowNanos - wholeNanos);
  }

  /**
   * Something was thrown that should not be.
   *
   * @param what was done: {@code key=value}
   */
  void failed(String what, Throwable e) {
    mishaps.happened("event=receive-failed protocol=" + protocol + " " + what, e);
  }

  /** What is to be done again and again, though it may throw. */
  Runnable goingOn(String what, Runnable task) {
    return mishaps.goingOn("event=receive-failed protocol=" + protocol + " " + what, task);
  }

  long failures() {
    return failures.getCount();
  }

  private void answers(String quantile) {
    double q = Double.parseDouble(quantile);
    metrics.gauge(
        "ringtail_router_answer_milliseconds",
        "Time from a whole request to its success, of the last minute.",
        () -> answers.millis(q, System.nanoTime()),
        "protocol",
        protocol,
        "quantile",
        quantile);
  }

  /** Gauges of one budget that all servers share. */
  static void gauges(Metrics metrics, InFlightBytes inFlight) {
    metrics.gauge(
        "ringtail_router_in_flight_bytes",
        "Bytes of requests being received or not yet answered.",
        inFlight::bytes);
    metrics.gauge(
        "ringtail_router_in_flight_limit_bytes",
        "Limit of ringtail_router_in_flight_bytes.",
        inFlight::maxBytes);
    metrics.gauge(
        "ringtail_router_incoming_bytes",
        "Bytes of requests that have begun and are not whole.",
        inFlight::incoming);
    metrics.gauge(
        "ringtail_router_incoming_limit_bytes",
        "Limit of ringtail_router_incoming_bytes, by the memory outside the heap.",
        inFlight::maxIncoming);
  }

  void connections(IntSupplier open, int limit) {
    metrics.gauge(
        "ringtail_router_connections", "Open connections.", open::getAsInt, "protocol", protocol);
    metrics.gauge(
        "ringtail_router_connections_limit",
        "Limit of ringtail_router_connections.",
        () -> limit,
        "protocol",
        protocol);
  }

  Counter refused(Reason reason) {
    Counter counter = refused.get(reason);
    if (counter == null) {
      throw new AssertionError(reason);
    }
    return counter;
  }

  private Counter counter(String name, String help) {
    return metrics.counter("ringtail_router_" + name + "_total", help, "protocol", protocol);
  }
}
