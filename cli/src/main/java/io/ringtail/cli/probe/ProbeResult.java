package io.ringtail.cli.probe;

import java.util.List;

/**
 * What came of one run.
 *
 * @param run its name, on every span
 * @param verdicts one a trace; empty if no endpoint was reached
 * @param reached whether an endpoint was
 * @param foreignSpans of others that came meanwhile
 * @param seconds it took
 */
record ProbeResult(
    String run, List<Verdict> verdicts, boolean reached, long foreignSpans, double seconds) {
  boolean isFine() {
    return reached && verdicts.stream().allMatch(Verdict::isFine);
  }
}
