package io.ringtail.it.traffic;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The sender's log against the sink's.
 *
 * @param traces sent
 * @param judged of them: all told accepted in time for one decision
 * @param split traces of which the sink saw only a part, or that were kept or dropped against the
 *     policy, as an owner would that judged a part
 * @param lost spans told accepted that are not at the sink though their trace is kept
 * @param duplicates times a span came again
 * @param examples of what is wrong, a few
 */
public record Verdict(
    long traces, long judged, long split, long lost, long duplicates, List<String> examples) {
  private static final int EXAMPLES = 5;

  /** Which policy the samplers run. */
  public enum Mode {
    /** Keeps exactly the traces with an error: shows splits. */
    ERRORS_ONLY,
    /** Keeps everything: shows losses. */
    KEEP_ALL;

    public String policies() {
      return switch (this) {
        case ERRORS_ONLY ->
            "    - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }\n";
        case KEEP_ALL -> "    - { name: all, type: always_sample }\n";
      };
    }
  }

  /**
   * @param inTimeNanos a trace is judged as one if all of it was accepted within so long; what
   *     comes later may rightly have been decided without it
   */
  public static Verdict of(Mode mode, List<SentTrace> traces, SinkLog sink, long inTimeNanos) {
    long judged = 0;
    long split = 0;
    long lost = 0;
    long duplicates = 0;
    List<String> examples = new ArrayList<>();
    for (SentTrace trace : traces) {
      int present = 0;
      int missing = 0;
      for (int span = 0; span < trace.spans; span++) {
        int times = sink.times(trace, span);
        duplicates += Math.max(0, times - 1);
        present += times > 0 ? 1 : 0;
        missing += times == 0 && trace.isAccepted(span) ? 1 : 0;
      }
      boolean inTime = trace.isWholeWithin(inTimeNanos);
      judged += inTime ? 1 : 0;
      boolean deserves = mode == Mode.KEEP_ALL || trace.errorAt != SentTrace.NO_ERROR;
      boolean wrongVerdict = inTime && mode == Mode.ERRORS_ONLY && deserves != present > 0;
      boolean partly = (inTime || mode == Mode.KEEP_ALL) && present > 0 && missing > 0;
      boolean missed = missing > 0 && (mode == Mode.KEEP_ALL || (inTime && present > 0));
      split += wrongVerdict || (partly && mode == Mode.ERRORS_ONLY) ? 1 : 0;
      lost += missed ? missing : 0;
      if ((wrongVerdict || partly || missed) && examples.size() < EXAMPLES) {
        examples.add(
            String.format(
                "%016x%016x spans=%d accepted=%d at_sink=%d missing=%d error_at=%d",
                trace.hi,
                trace.lo,
                trace.spans,
                trace.acceptedSpans(),
                present,
                missing,
                trace.errorAt));
      }
    }
    return new Verdict(traces.size(), judged, split, lost, duplicates, examples);
  }

  /** Of both: other traces. */
  public Verdict plus(Verdict other) {
    return new Verdict(
        traces + other.traces,
        judged + other.judged,
        split + other.split,
        lost + other.lost,
        duplicates + other.duplicates,
        Stream.concat(examples.stream(), other.examples.stream()).limit(EXAMPLES).toList());
  }

  public boolean isClean() {
    return split == 0 && lost == 0;
  }
}
