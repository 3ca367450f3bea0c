package io.ringtail.cli.probe;

import java.util.List;
import java.util.Optional;

/**
 * What came of one run.
 *
 * @param run its name, on every span
 * @param verdicts one a trace; empty if no endpoint was reached
 * @param whyUnreachable what was told last if no endpoint was reached; empty if one was
 * @param foreignSpans of others that came meanwhile
 * @param seconds it took
 */
record ProbeResult(
    String run,
    List<Verdict> verdicts,
    Optional<String> whyUnreachable,
    long foreignSpans,
    double seconds) {
  boolean reached() {
    return whyUnreachable.isEmpty();
  }

  boolean isFine() {
    return reached() && verdicts.stream().allMatch(Verdict::isFine);
  }
}
