package io.ringtail.it.sim;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What becomes of spans that come to a trace when a decision on all that was there has been taken.
 * They follow that while somebody knows it. It is replayable for what is in the logs of routers
 * that are named (D4); for what comes later there is only the decision cache, and where next to
 * none are remembered they are a trace of their own. Threads: one.
 */
final class Latecomers {
  private final boolean remembersLittle;
  private final boolean decidesEarly;
  private final Set<String> routersLost;

  /**
   * @param remembersLittle whether decisions that no log needs are forgotten at once
   * @param decidesEarly whether memory is so short that traces are decided before their time
   * @param routersLost incarnations, also those to come
   */
  Latecomers(boolean remembersLittle, boolean decidesEarly, Set<String> routersLost) {
    this.remembersLittle = remembersLittle;
    this.decidesEarly = decidesEarly;
    this.routersLost = routersLost;
  }

  /** Whether it was under way when a decision was taken, or accepted later. */
  private static boolean isLate(Ledger.Sent span, Ledger.Taken decision) {
    return span.toldAt == 0 || span.toldAt > decision.at() - Ledger.SLACK;
  }

  /** Whether what came after its first decision, taken early for want of memory, is late. */
  boolean wereDropped(Ledger.Trace trace) {
    if (!decidesEarly || trace.decisions.isEmpty() || trace.decisions.get(0).missing() != 0) {
      return false;
    }
    Ledger.Decided first = trace.decisions.get(0);
    return trace.spans.stream().anyMatch(s -> s.toldAt > first.at())
        || cameWhileItWaited(trace, first);
  }

  /**
   * Whether its errors came while a drop, taken on all there was, waited for an heir (D2), which
   * may be dead and not yet be lost, or for the next one when slots have moved: what comes
   * meanwhile follows the decision that is taken.
   */
  private static boolean cameWhileItWaited(Ledger.Trace trace, Ledger.Decided drop) {
    return !drop.keep()
        && trace.taken.stream()
            .filter(t -> !t.keep() && t.at() <= drop.at())
            .filter(t -> t.missing() == 0 && t.spans() < drop.spans())
            .anyMatch(t -> errors(trace).allMatch(s -> isLate(s, t)));
  }

  private static Stream<Ledger.Sent> errors(Ledger.Trace trace) {
    return trace.spans.stream().filter(s -> s.span.error());
  }

  /**
   * Whether the first decision with effect is none on a part of the trace but one on spans that
   * came late, when what had been decided before was forgotten: also with one that was killed, as
   * its heir keeps nothing for them (D4), and hears only soon what they have followed.
   */
  boolean areDecidedAnew(Ledger.Trace trace) {
    Ledger.Decided anew = trace.decisions.get(0);
    return trace.taken.stream()
        .filter(t -> t.at() < anew.at() && t.missing() == 0 && isFollowed(trace, t))
        .filter(t -> remembersLittle || diedAlong(trace, t.at(), anew.at()))
        .anyMatch(t -> anew.spans() <= late(trace, t).count());
  }

  /** Whether one who knew of a decision on it was killed in that time. */
  private static boolean diedAlong(Ledger.Trace trace, long from, long to) {
    return trace.knows.keySet().stream().anyMatch(h -> from < h.killedAt() && h.killedAt() <= to);
  }

  /**
   * Whether nothing is amiss but that spans that came late were judged by themselves, as the
   * decision on all the others was forgotten.
   */
  boolean areJudgedAnew(Ledger.Trace trace) {
    return remembersLittle
        && trace.taken.stream()
            .filter(t -> t.missing() == 0 && isFollowed(trace, t))
            .anyMatch(t -> isAsDeserved(late(trace, t).toList(), t.keep()));
  }

  /** Whether all that was there has gone by it; what was sent again may be late as well. */
  private static boolean isFollowed(Ledger.Trace trace, Ledger.Taken decision) {
    return trace.spans.stream()
        .filter(s -> !isLate(s, decision))
        .allMatch(s -> s.arrived == decision.keep() || (s.sentAgain && !decision.keep()));
  }

  private static Stream<Ledger.Sent> late(Ledger.Trace trace, Ledger.Taken decision) {
    return trace.spans.stream().filter(s -> isLate(s, decision) || s.sentAgain);
  }

  /** Kept if there is an error among them; some may have followed the first decision. */
  private static boolean isAsDeserved(List<Ledger.Sent> late, boolean kept) {
    boolean error = late.stream().anyMatch(s -> s.arrived && s.span.error());
    return late.stream()
        .filter(s -> s.toldAt != 0)
        .allMatch(s -> s.arrived ? kept || error : !kept || !s.span.error());
  }

  /** Whether it can be what two decisions make, one of all that came first, one of the rest. */
  boolean makeTwoDecisions(Ledger.Trace trace) {
    List<Ledger.Sent> told = trace.spans.stream().filter(s -> s.toldAt != 0).toList();
    return told.stream().allMatch(s -> s.arrived || !s.span.error())
        && trace.taken.stream().anyMatch(t -> isCutSince(t.at(), told, t.keep()));
  }

  /** Whether a decision can have been followed until some time, and another one from there on. */
  private boolean isCutSince(long at, List<Ledger.Sent> told, boolean keepsFirst) {
    long forgotten =
        told.stream()
            .filter(s -> s.arrived != keepsFirst)
            .filter(s -> keepsFirst || !isBroughtAgain(s, at))
            .mapToLong(s -> s.toldAt)
            .min()
            .orElse(Long.MAX_VALUE);
    return forgotten >= at
        && told.stream()
            .filter(s -> s.arrived == keepsFirst)
            .allMatch(s -> s.firstSentAt < forgotten);
  }

  /**
   * Whether a router that was lost, or taken for lost, can have brought a span out of its log that
   * had been dropped with others before: then it follows the next decision, too.
   */
  private boolean isBroughtAgain(Ledger.Sent span, long dropped) {
    return !span.span.error() && span.toldAt < dropped && routersLost.containsAll(span.toldBy);
  }
}
