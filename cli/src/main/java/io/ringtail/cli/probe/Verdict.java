package io.ringtail.cli.probe;

import io.ringtail.trace.TraceId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What came of one marked trace.
 *
 * @param spans sent
 * @param arrived of them, counted once
 * @param refused not taken at the front door
 * @param missing taken, but not come
 * @param twice come more than once
 * @param changed come other than sent
 * @param unknown come, but not sent
 * @param pieces requests, or lines, they came in
 * @param apartNanos from the first of these to the last
 * @param piecesAllowed whether more than one is no problem
 * @param untilWholeNanos from the last acceptance to the last span; of no meaning if one is missing
 */
record Verdict(
    TraceId id,
    int spans,
    int arrived,
    List<Span> refused,
    List<Span> missing,
    List<Span> twice,
    List<Changed> changed,
    List<String> unknown,
    int pieces,
    long apartNanos,
    boolean piecesAllowed,
    long untilWholeNanos) {
  /**
   * A span with a problem.
   *
   * @param told its name and ID
   * @param endpoint where it was sent first
   * @param why more of it; may be empty
   */
  record Span(String told, String endpoint, String why) {}

  /**
   * @param told its name and ID
   * @param what names what differs
   */
  record Changed(String told, List<String> what) {}

  Set<Problem> problems() {
    Set<Problem> problems = EnumSet.noneOf(Problem.class);
    note(problems, Problem.REFUSED, !refused.isEmpty());
    note(problems, Problem.MISSING, !missing.isEmpty());
    note(problems, Problem.TWICE, !twice.isEmpty());
    note(problems, Problem.CHANGED, !changed.isEmpty());
    note(problems, Problem.UNKNOWN, !unknown.isEmpty());
    note(problems, Problem.PIECES, pieces > 1 && !piecesAllowed);
    return problems;
  }

  private static void note(Set<Problem> problems, Problem problem, boolean found) {
    if (found) {
      problems.add(problem);
    }
  }

  boolean isFine() {
    return problems().isEmpty();
  }

  /** Every span has come. */
  boolean isWhole() {
    return arrived == spans;
  }
}
