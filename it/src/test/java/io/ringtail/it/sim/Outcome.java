package io.ringtail.it.sim;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What came of a run.
 *
 * @param met what befell the cluster
 * @param problems what never came to rest, or does not add up
 * @param trail a number that differs if anything happened otherwise
 */
record Outcome(
    long seed,
    Ledger.Verdict verdict,
    Set<Trouble> met,
    List<String> problems,
    long trail,
    long events,
    String story) {
  boolean isClean() {
    return faults().isEmpty();
  }

  Set<Fault> faults() {
    Set<Fault> faults = EnumSet.noneOf(Fault.class);
    if (verdict.lost() > 0) {
      faults.add(Fault.LOST);
    }
    if (verdict.split() + verdict.undeserved() + verdict.part() > 0) {
      faults.add(Fault.SPLIT);
    }
    if (verdict.twice() > 0) {
      faults.add(Fault.TWICE);
    }
    if (verdict.repeated() > 0) {
      faults.add(Fault.REPEATED);
    }
    if (!problems.isEmpty()) {
      faults.add(Fault.RESTLESS);
    }
    return faults;
  }

  @Override
  public String toString() {
    return "seed "
        + seed
        + ": "
        + verdict.lost()
        + " lost, "
        + verdict.split()
        + " split, "
        + verdict.undeserved()
        + " undeserved, "
        + verdict.part()
        + " decided on a part, "
        + verdict.twice()
        + " twice, "
        + verdict.duplicates()
        + " duplicates of "
        + verdict.spans()
        + " spans ("
        + verdict.duplicatesSentAgain()
        + " as "
        + verdict.requestsAgain()
        + " requests were sent again) in "
        + verdict.traces()
        + " traces ("
        + verdict.strictTraces()
        + " strict), "
        + events
        + " events, trail "
        + Long.toHexString(trail)
        + (problems.isEmpty() ? "" : "\n  " + String.join("\n  ", problems))
        + (verdict.details().isEmpty() ? "" : "\n  " + String.join("\n  ", verdict.details()));
  }
}
