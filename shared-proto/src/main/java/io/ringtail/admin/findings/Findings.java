package io.ringtail.admin.findings;

import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.Finding;
import io.ringtail.admin.v1.Severity;
import java.util.List;

/** The findings of a cluster's status: what is wrong, why, what to do. */
public final class Findings {
  /** Those of the whole first: a later one is silent about what an earlier one has explained. */
  private static final List<Check> CHECKS =
      List.of(
          Whole::check,
          Epochs::check,
          Comings::check,
          Links::check,
          Moves::check,
          Deciding::check,
          Exporting::check,
          Retaining::check,
          Memory::check,
          Traffic::check,
          Readiness::check);

  private Findings() {}

  /**
   * A status with its findings and its severity; those it had are replaced.
   *
   * @param gathered what the nodes said
   */
  public static ClusterStatus addedTo(ClusterStatus gathered) {
    List<Finding> findings = of(gathered);
    return gathered.toBuilder()
        .clearFindings()
        .addAllFindings(findings)
        .setSeverity(findings.isEmpty() ? Severity.OK : findings.get(0).getSeverity())
        .build();
  }

  /** The worst first. */
  public static List<Finding> of(ClusterStatus status) {
    Gathered gathered = new Gathered(status);
    Found found = new Found();
    CHECKS.forEach(check -> check.check(gathered, found));
    return found.worstFirst();
  }
}
