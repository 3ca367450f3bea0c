package io.ringtail.router.forward;

import com.codahale.metrics.Counter;
import io.ringtail.metrics.Metrics;
import io.ringtail.refusal.Refusal;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * What happens to spans in a router. Once quiet:
 *
 * <pre>received_spans = forwarded_spans + Σ dropped_spans{reason} + Σ refused_spans{reason}</pre>
 *
 * A span counts as received when its request has been found well-formed and there is an epoch to
 * split it by; as forwarded when its owner has accepted it, even if the request then fails for
 * another owner's sake; replayed spans count nowhere here again; as dropped if its IDs are not
 * valid, of which the client is told; as refused when its part is withdrawn and the client is told
 * to send again. Threads: any.
 */
final class ForwardMetrics {
  /** Why spans are not forwarded though the rest of their request is. */
  enum DropReason {
    /** Trace ID or span ID missing, of the wrong length, all zero, or there twice. */
    INVALID_ID
  }

  /** Why a part was withdrawn. */
  enum RefuseReason {
    /** Its owner had no room. */
    BUSY,
    /** Its owner could not serve. */
    NOT_READY,
    /** No answer within {@code forward.timeout}. */
    TIMED_OUT,
    /** Its owner did not understand it, or would never take it. */
    REJECTED,
    /** Another part of the same request failed. */
    WITHDRAWN,
    /** This router stopped. */
    STOPPING;

    static RefuseReason of(Refusal refusal) {
      if (refusal instanceof Refusal.Busy) {
        return BUSY;
      } else if (refusal instanceof Refusal.TimedOut) {
        return TIMED_OUT;
      }
      return refusal.retryable() ? NOT_READY : REJECTED;
    }
  }

  /** Why a part was sent again. */
  enum ResendReason {
    /** A resize: its receiver did not own all its slots. */
    NOT_OWNER,
    /** The link broke before the answer, and came back. */
    LINK_BROKEN,
    /** The link broke and a newer epoch came first, or its receiver is gone. */
    RECEIVER_LOST,
    /** Cut out of the log because a sampler asked for a replay. */
    REPLAY,
    /** A replayed part was refused, retryable: these are sent until they are accepted. */
    REPLAY_REFUSED
  }

  final Counter receivedSpans;
  final Counter forwardedSpans;
  final Counter sentBytes;
  final Counter sentMessages;
  final Counter dictionaryHits;
  final Counter dictionaryDefinitions;
  final Counter brokenLinks;
  final Counter epochFailures;
  final Counter failures;
  private final Map<DropReason, Counter> dropped = new EnumMap<>(DropReason.class);
  private final Map<RefuseReason, Counter> refused = new EnumMap<>(RefuseReason.class);
  private final Map<ResendReason, Counter> resent = new EnumMap<>(ResendReason.class);

  ForwardMetrics(Metrics metrics) {
    receivedSpans =
        metrics.counter("ringtail_router_received_spans_total", "Spans of well-formed requests.");
    forwardedSpans =
        metrics.counter("ringtail_router_forwarded_spans_total", "Spans accepted by their owner.");
    sentBytes =
        metrics.counter("ringtail_router_link_sent_bytes_total", "Bytes handed to the links.");
    sentMessages =
        metrics.counter("ringtail_router_link_sent_messages_total", "Messages of parts sent.");
    dictionaryHits =
        metrics.counter(
            "ringtail_router_dictionary_hits_total",
            "Times a resource, scope or context crossed a link as a number.");
    dictionaryDefinitions =
        metrics.counter(
            "ringtail_router_dictionary_definitions_total",
            "Times a resource, scope or context was defined on a link.");
    brokenLinks =
        metrics.counter("ringtail_router_links_broken_total", "Links that were up and broke.");
    epochFailures =
        metrics.counter(
            "ringtail_router_epoch_failures_total",
            "Epochs that could not be taken into use, and are tried again: bugs, or no memory.");
    failures =
        metrics.counter(
            "ringtail_router_forward_failures_total",
            "Errors while parts were sent, which go again: bugs, or no memory.");
    for (DropReason reason : DropReason.values()) {
      dropped.put(
          reason,
          byReason(
              metrics,
              "ringtail_router_dropped_spans_total",
              "Spans rejected alone, of which the client is told, by reason.",
              reason));
    }
    for (RefuseReason reason : RefuseReason.values()) {
      refused.put(
          reason,
          byReason(
              metrics,
              "ringtail_router_refused_spans_total",
              "Spans given back to the client to send again, by reason.",
              reason));
    }
    for (ResendReason reason : ResendReason.values()) {
      resent.put(
          reason,
          byReason(
              metrics,
              "ringtail_router_resent_parts_total",
              "Parts sent again, by reason.",
              reason));
    }
  }

  private static Counter byReason(Metrics metrics, String name, String help, Enum<?> reason) {
    return metrics.counter(name, help, "reason", reason.name().toLowerCase(Locale.ROOT));
  }

  void dropped(DropReason reason, long spans) {
    count(dropped, reason, spans);
  }

  void refused(RefuseReason reason, long spans) {
    count(refused, reason, spans);
  }

  void resent(ResendReason reason, long parts) {
    count(resent, reason, parts);
  }

  private static <R> void count(Map<R, Counter> counters, R reason, long n) {
    Counter counter = counters.get(reason);
    if (counter == null) {
      throw new AssertionError(reason);
    }
    if (n > 0) {
      counter.inc(n);
    }
  }
}
