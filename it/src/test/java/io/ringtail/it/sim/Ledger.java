package io.ringtail.it.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was sent, what its senders were told, and what came to the backend: the view from outside by
 * which a schedule is judged. Threads: one.
 */
final class Ledger {
  private static final long SLACK = 300 * World.MILLI;

  private final World world;
  private final boolean errorsOnly;
  private final long decisionWait;
  private final Map<Long, Sent> spans = new LinkedHashMap<>();
  private final Map<TraceKey, Trace> traces = new LinkedHashMap<>();
  private final Map<Long, List<Arrival>> arrivals = new HashMap<>();

  private final List<Long> forgotten = new ArrayList<>();

  record TraceKey(long hi, long lo) {
    @Override
    public String toString() {
      return String.format("%016x%016x", hi, lo);
    }
  }

  record Arrival(long at, String from) {}

  static final class Sent {
    final Spans.Span span;
    long firstSentAt;
    long toldAt;

    Sent(Spans.Span span) {
      this.span = span;
    }
  }

  private static final class Trace {
    final List<Sent> spans = new ArrayList<>();
    boolean error;
  }

  /**
   * What a schedule came to.
   *
   * @param lost told accepted, owed to the backend, not there
   * @param split traces of which a part was let out, or that were let out for a part of them
   * @param undeserved traces at the backend without an error among their spans
   * @param duplicates spans that came to the backend again
   */
  record Verdict(
      int spans,
      int traces,
      int strictTraces,
      int lost,
      int split,
      int undeserved,
      int duplicates,
      List<String> details) {
    boolean isClean() {
      return lost == 0 && split == 0 && undeserved == 0;
    }
  }

  Ledger(World world, boolean errorsOnly, long decisionWait) {
    this.world = world;
    this.errorsOnly = errorsOnly;
    this.decisionWait = decisionWait;
  }

  void sending(List<Spans.Span> request) {
    for (Spans.Span s : request) {
      Sent sent = spans.get(s.id());
      if (sent == null) {
        sent = new Sent(s);
        sent.firstSentAt = world.now();
        spans.put(s.id(), sent);
        Trace trace =
            traces.computeIfAbsent(new TraceKey(s.traceHi(), s.traceLo()), k -> new Trace());
        trace.spans.add(sent);
        trace.error |= s.error();
      }
    }
  }

  void told(List<Spans.Span> request) {
    for (Spans.Span s : request) {
      Sent sent = spans.get(s.id());
      world.mark(s.id());
      if (sent != null && sent.toldAt == 0) {
        sent.toldAt = world.now();
      }
    }
  }

  void exported(String from, long id) {
    world.mark(id);
    arrivals.computeIfAbsent(id, i -> new ArrayList<>(1)).add(new Arrival(world.now(), from));
  }

  /** The last sampler is gone, and with it what was decided: spans that come later begin anew. */
  void decisionsForgotten() {
    forgotten.add(world.now());
  }

  private boolean wasForgotten(long first, long last) {
    return forgotten.stream().anyMatch(at -> first <= at && at <= last);
  }

  int sentSpans() {
    return spans.size();
  }

  Verdict judge() {
    int lost = 0;
    int split = 0;
    int undeserved = 0;
    int duplicates = 0;
    int strict = 0;
    List<String> details = new ArrayList<>();
    for (Map.Entry<TraceKey, Trace> e : traces.entrySet()) {
      Trace trace = e.getValue();
      int there = 0;
      int told = 0;
      int missing = 0;
      long first = Long.MAX_VALUE;
      long last = 0;
      for (Sent s : trace.spans) {
        first = Math.min(first, s.firstSentAt);
        last = Math.max(last, s.toldAt == 0 ? Long.MAX_VALUE : s.toldAt);
        int times = arrivals.getOrDefault(s.span.id(), List.of()).size();
        duplicates += Math.max(0, times - 1);
        there += times > 0 ? 1 : 0;
        told += s.toldAt != 0 ? 1 : 0;
        missing += s.toldAt != 0 && times == 0 ? 1 : 0;
      }
      boolean isStrict = last - first < decisionWait - SLACK;
      strict += isStrict ? 1 : 0;
      if (!errorsOnly) {
        if (missing > 0) {
          lost += missing;
          details.add(describe("lost", e.getKey(), trace));
        }
        continue;
      }
      if (there > 0 && !trace.error) {
        undeserved++;
        details.add(describe("undeserved", e.getKey(), trace));
      } else if (there > 0 && missing > 0 && !wasForgotten(first, last)) {
        split++;
        details.add(describe("split", e.getKey(), trace));
      } else if (there == 0 && trace.error && isStrict && told == trace.spans.size()) {
        split++;
        details.add(describe("dropped on a part or lost", e.getKey(), trace));
      }
    }
    return new Verdict(
        spans.size(), traces.size(), strict, lost, split, undeserved, duplicates, details);
  }

  private String describe(String what, TraceKey key, Trace trace) {
    StringBuilder b = new StringBuilder(what).append(" trace ").append(key);
    b.append(" slot ").append(io.ringtail.trace.TraceHash.slot(key.hi, key.lo));
    for (Sent s : trace.spans) {
      b.append("\n    span ").append(Long.toHexString(s.span.id()));
      b.append(s.span.error() ? " ERROR" : "").append(" sent ").append(time(s.firstSentAt));
      b.append(s.toldAt == 0 ? " not told" : " told " + time(s.toldAt)).append(" at backend");
      arrivals
          .getOrDefault(s.span.id(), List.of())
          .forEach(a -> b.append(' ').append(time(a.at)).append('@').append(a.from));
    }
    return b.toString();
  }

  private static String time(long at) {
    return String.format("%.3f", (at - 1_000 * World.SECOND) / 1e9);
  }
}
