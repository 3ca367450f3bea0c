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
  static final long SLACK = 300 * World.MILLI;

  private final World world;
  private final boolean errorsOnly;
  private final long decisionWait;
  private final Map<Long, Sent> spans = new LinkedHashMap<>();
  private final Map<TraceKey, Trace> traces = new LinkedHashMap<>();
  private final Map<Long, List<Arrival>> arrivals = new HashMap<>();

  private int repeated;
  private int requestsAgain;

  /** What the protocol does not promise. */
  final Excuses excuses;

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
    boolean arrived;

    /** By a sender that was refused, or not answered. */
    boolean sentAgain;

    /** Routers it was sent to, which may have it though they have not said so. */
    final List<String> sentTo = new ArrayList<>(1);

    /** Routers that said that they have it. */
    final List<String> toldBy = new ArrayList<>(1);

    Sent(Spans.Span span) {
      this.span = span;
    }
  }

  /**
   * A decision that took effect.
   *
   * @param known false if its heir did not answer in time
   * @param alone there was none
   * @param missing spans whose senders had been told of them by then that were not in it
   */
  record Decided(
      long at, String by, boolean keep, boolean known, boolean alone, int spans, int missing) {}

  /**
   * What a sampler had of a trace ended by a decision that came to it: the first that has effect,
   * if whoever had taken it was gone, or had taken it back, before it knew that another knows.
   *
   * @param missing as of {@link Decided}
   */
  record Ended(long at, int missing) {}

  /**
   * A decision that was taken.
   *
   * @param missing as of {@link Decided}
   */
  record Taken(long at, String by, boolean keep, int spans, int missing) {}

  static final class Trace {
    final List<Sent> spans = new ArrayList<>();
    final List<Decided> decisions = new ArrayList<>();
    final List<Ended> ended = new ArrayList<>();

    /** Processes that have known of a decision, and since when. */
    final Map<Host, Long> knows = new LinkedHashMap<>();

    /** Those of {@link #decisions}, and those that may have had effect at the heir alone. */
    final List<Taken> taken = new ArrayList<>(1);

    boolean error;
  }

  /**
   * What a schedule came to.
   *
   * @param lost told accepted, owed to the backend, not there
   * @param split traces of which a part was let out, or that were let out for a part of them
   * @param undeserved traces at the backend without an error among their spans
   * @param part traces that were first decided without spans whose senders had been told of them
   * @param twice traces of which another decision took effect though the first was known
   * @param repeated spans that came again in the same export
   * @param duplicates spans that came to the backend again
   * @param duplicatesSentAgain of those, what their senders had sent more than once
   * @param requestsAgain requests that were sent again whole, as they were refused, if only for a
   *     part of them, or not answered
   * @param explained traces let out in part, or dropped, by what no rule of the protocol prevents
   */
  record Verdict(
      int spans,
      int traces,
      int strictTraces,
      int lost,
      int split,
      int undeserved,
      int part,
      int twice,
      int repeated,
      int duplicates,
      int duplicatesSentAgain,
      int requestsAgain,
      int explained,
      List<String> details) {}

  Ledger(World world, SimConfig config) {
    this.world = world;
    this.errorsOnly = config.errorsOnly();
    this.decisionWait = config.decisionWaitNanos();
    this.excuses =
        new Excuses(world, decisionWait, config.remembersLittle(), config.decidesEarly());
  }

  /**
   * @param router which incarnation
   */
  void sending(List<Spans.Span> request, String router) {
    boolean again = false;
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
      } else {
        sent.sentAgain = true;
        again = true;
      }
      sent.sentTo.add(router);
    }
    requestsAgain += again ? 1 : 0;
  }

  /**
   * @param router which incarnation said so
   */
  void told(List<Spans.Span> request, String router) {
    for (Spans.Span s : request) {
      Sent sent = spans.get(s.id());
      world.mark(s.id());
      if (sent == null) {
        continue;
      }
      sent.toldBy.add(router);
      if (sent.toldAt == 0) {
        sent.toldAt = world.now();
      }
    }
  }

  /** One export has spans twice. */
  void repeated(int spans) {
    repeated += spans;
  }

  void exported(String from, long id) {
    world.mark(id);
    arrivals.computeIfAbsent(id, i -> new ArrayList<>(1)).add(new Arrival(world.now(), from));
  }

  /**
   * A sampler's decision on a trace took effect.
   *
   * @param known false if there is an heir, but it has not answered in time (D2)
   * @param alone whether there can be no heir
   */
  void decided(Host by, boolean known, boolean alone, long hi, long lo, boolean keep, int spans) {
    Trace trace = traces.get(new TraceKey(hi, lo));
    if (trace != null) {
      trace.knows.putIfAbsent(by, world.now());
      trace.decisions.add(
          new Decided(world.now(), by.name(), keep, known, alone, spans, missing(trace, spans)));
    }
  }

  /** A sampler has heard of another's decision on a trace. */
  void heard(Host sampler, long hi, long lo) {
    Trace trace = traces.get(new TraceKey(hi, lo));
    if (trace != null) {
      trace.knows.putIfAbsent(sampler, world.now());
    }
  }

  /** By that decision ends what it had of the trace. */
  void ended(Host sampler, long hi, long lo, int spans) {
    Trace trace = traces.get(new TraceKey(hi, lo));
    if (trace != null) {
      trace.knows.putIfAbsent(sampler, world.now());
      trace.ended.add(new Ended(world.now(), missing(trace, spans)));
    }
  }

  /** A sampler has taken a decision, and tells its heir if there is one. */
  void taken(Host by, long hi, long lo, boolean keep, int spans) {
    Trace trace = traces.get(new TraceKey(hi, lo));
    if (trace != null) {
      trace.taken.add(new Taken(world.now(), by.name(), keep, spans, missing(trace, spans)));
    }
  }

  /** Of the spans whose senders have been told of them, how many are not among so many. */
  private int missing(Trace trace, int spans) {
    long before = world.now() - SLACK;
    int told = (int) trace.spans.stream().filter(s -> s.toldAt != 0 && s.toldAt < before).count();
    return Math.max(0, told - spans);
  }

  int sentSpans() {
    return spans.size();
  }

  Verdict judge() {
    int lost = 0;
    int split = 0;
    int undeserved = 0;
    int part = 0;
    int twice = 0;
    int duplicates = 0;
    int duplicatesSentAgain = 0;
    int strict = 0;
    int explained = 0;
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
        duplicatesSentAgain += s.sentAgain ? Math.max(0, times - 1) : 0;
        s.arrived = times > 0;
        there += times > 0 ? 1 : 0;
        told += s.toldAt != 0 ? 1 : 0;
        missing += s.toldAt != 0 && times == 0 ? 1 : 0;
      }
      boolean isStrict = last - first < decisionWait - SLACK;
      strict += isStrict ? 1 : 0;
      if (excuses.isOnAPart(trace)) {
        part++;
        details.add(describe("decided on a part", e.getKey(), trace));
      }
      if (excuses.isTwice(trace)) {
        twice++;
        details.add(describe("decided twice", e.getKey(), trace));
      }
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
      } else if (there > 0 && missing > 0) {
        if (excuses.maySplit(trace, isStrict)) {
          explained++;
        } else {
          split++;
          details.add(describe("split", e.getKey(), trace));
        }
      } else if (there == 0 && trace.error && isStrict && told == trace.spans.size()) {
        if (excuses.maySplit(trace, true)) {
          explained++;
        } else {
          split++;
          details.add(describe("dropped on a part or lost", e.getKey(), trace));
        }
      }
    }
    return new Verdict(
        spans.size(),
        traces.size(),
        strict,
        lost,
        split,
        undeserved,
        part,
        twice,
        repeated,
        duplicates,
        duplicatesSentAgain,
        requestsAgain,
        explained,
        details);
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
    for (Taken t : trace.taken) {
      b.append("\n    taken ").append(t.keep() ? "keep" : "drop").append(" by ").append(t.by());
      b.append(' ').append(time(t.at())).append(" on ").append(t.spans());
      b.append(" spans, missing ").append(t.missing());
    }
    for (Decided d : trace.decisions) {
      b.append("\n    decided ").append(d.keep() ? "keep" : "drop").append(" by ").append(d.by());
      b.append(' ')
          .append(time(d.at()))
          .append(" on ")
          .append(d.spans())
          .append(" spans, missing ");
      b.append(d.missing());
    }
    for (Ended d : trace.ended) {
      b.append("\n    ended ").append(time(d.at())).append(" by a decision, missing ");
      b.append(d.missing());
    }
    trace.knows.forEach(
        (host, at) -> b.append("\n    known to ").append(host).append(" since ").append(time(at)));
    return b.toString();
  }

  private static String time(long at) {
    return String.format("%.3f", (at - 1_000 * World.SECOND) / 1e9);
  }
}
