package io.ringtail.cli.probe;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.ringtail.trace.TraceId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One marked trace from its first request to its verdict, and a while longer: what became of each
 * span at the front door, and what came out at the other end. Threads: any.
 */
final class Watch {
  private final SentTrace trace;
  private final boolean allowPieces;
  private final Map<ByteString, Integer> indexes = new HashMap<>();
  private final String[] endpoints;
  private final String[] refusals;
  private final boolean[] accepted;
  private final int[] arrivals;
  private final List<Verdict.Changed> changed = new ArrayList<>();
  private final List<String> unknown = new ArrayList<>();
  private final Map<Long, Long> pieces = new TreeMap<>();
  private long lastAcceptedNanos;
  private long lastCameNanos;
  private boolean judged;
  private long lateSpans;

  Watch(SentTrace trace, boolean allowPieces) {
    this.trace = trace;
    this.allowPieces = allowPieces;
    int spans = trace.spans().size();
    endpoints = new String[spans];
    refusals = new String[spans];
    accepted = new boolean[spans];
    arrivals = new int[spans];
    for (int i = 0; i < spans; i++) {
      indexes.put(trace.spans().get(i).id(), i);
      endpoints[i] = "";
      refusals[i] = "not sent";
    }
  }

  TraceId id() {
    return trace.id();
  }

  /** A span is on its way to {@code endpoint}. */
  synchronized void sent(int span, String endpoint) {
    endpoints[span] = endpoint;
    refusals[span] = "no answer";
  }

  /** The front door has taken a span. */
  synchronized void accepted(int span, long nowNanos) {
    accepted[span] = true;
    lastAcceptedNanos = nowNanos;
  }

  /** The front door has not taken a span, and it is given up. */
  synchronized void refused(int span, String reason) {
    refusals[span] = reason;
  }

  /**
   * A span came out.
   *
   * @param alone its resource and scope, with this span only
   * @param piece the request or line it came in
   */
  synchronized void came(ResourceSpans alone, long piece, long nowNanos) {
    if (judged) {
      lateSpans++;
      return;
    }
    Span span = alone.getScopeSpans(0).getSpans(0);
    pieces.putIfAbsent(piece, nowNanos);
    Integer index = indexes.get(span.getSpanId());
    if (index == null) {
      unknown.add(span.getName() + " (" + SentSpan.hex(span.getSpanId()) + ")");
      return;
    }
    SentSpan sent = trace.spans().get(index);
    List<String> differences = Differences.between(sent, alone);
    if (!differences.isEmpty()) {
      changed.add(new Verdict.Changed(sent.told(), differences));
    }
    if (arrivals[index]++ == 0) {
      lastCameNanos = nowNanos;
    }
  }

  /** Whether every span that the front door has taken has come out, and it has taken any. */
  synchronized boolean isWhole() {
    int came = 0;
    for (int i = 0; i < arrivals.length; i++) {
      if (accepted[i] && arrivals[i] == 0) {
        return false;
      }
      came += arrivals[i];
    }
    return came > 0;
  }

  /** Whether nothing is to come, for nothing was taken. */
  synchronized boolean isHopeless() {
    for (boolean each : accepted) {
      if (each) {
        return false;
      }
    }
    return true;
  }

  /** Spans that came after the verdict. */
  synchronized long lateSpans() {
    return lateSpans;
  }

  /** Says what came of it. Spans that come from now on are late. */
  synchronized Verdict judge() {
    judged = true;
    List<Verdict.Span> missing = new ArrayList<>();
    List<Verdict.Span> refused = new ArrayList<>();
    List<Verdict.Span> twice = new ArrayList<>();
    int arrived = 0;
    for (int i = 0; i < arrivals.length; i++) {
      String told = trace.spans().get(i).told();
      if (!accepted[i]) {
        refused.add(new Verdict.Span(told, endpoints[i], refusals[i]));
      } else if (arrivals[i] == 0) {
        missing.add(new Verdict.Span(told, endpoints[i], ""));
      }
      if (arrivals[i] > 1) {
        twice.add(new Verdict.Span(told, endpoints[i], arrivals[i] + " times"));
      }
      arrived += Math.min(1, arrivals[i]);
    }
    return new Verdict(
        trace.id(),
        arrivals.length,
        arrived,
        refused,
        missing,
        twice,
        List.copyOf(changed),
        List.copyOf(unknown),
        pieces.size(),
        apartNanos(),
        allowPieces,
        Math.max(0, lastCameNanos - lastAcceptedNanos));
  }

  private long apartNanos() {
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (long nanos : pieces.values()) {
      first = Math.min(first, nanos);
      last = Math.max(last, nanos);
    }
    return pieces.isEmpty() ? 0 : last - first;
  }
}
