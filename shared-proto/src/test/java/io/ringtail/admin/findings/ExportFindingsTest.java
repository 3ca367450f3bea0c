package io.ringtail.admin.findings;

import static io.ringtail.admin.findings.SomeCluster.MIB;
import static io.ringtail.admin.findings.SomeCluster.count;
import static io.ringtail.admin.findings.SomeCluster.level;
import static io.ringtail.admin.findings.SomeCluster.past;
import static io.ringtail.admin.findings.SomeCluster.says;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.admin.v1.Severity;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The backend, the queues before it, and what did not reach it. */
class ExportFindingsTest {
  private final SomeCluster cluster = new SomeCluster();

  @Test
  void backendDown_everywhere_saysForHowLongAndHowFullTheQueueIs() {
    for (String s : List.of("s0", "s1", "s2")) {
      cluster.destination(
          s,
          d ->
              d.setFailingSeconds(s.equals("s1") ? 43 : 40)
                  .setQueueBytes(level(32 * MIB, 64 * MIB))
                  .setLastError("connection refused"));
    }
    says(
        cluster.only(),
        Severity.CRITICAL,
        "The backend has taken nothing from s1, s0 and s2 by otlp for 43 s (connection refused);"
            + " the queue is 50 % full, then senders are refused.",
        "Bring the backend back, or correct sampler.export: nothing is lost meanwhile, what is kept"
            + " waits and is sent again.");
  }

  @Test
  void backendDown_fromOneSamplerForMoments_isAWarning() {
    cluster.destination("s1", d -> d.setFailingSeconds(3));
    says(
        cluster.only(),
        Severity.WARNING,
        "The backend has taken nothing from s1 by otlp for 3.0 s; the queue is 2 % full, then"
            + " senders are refused.",
        "The backend takes from other samplers: see the way from these to it; nothing is lost"
            + " meanwhile, what is kept waits and is sent again.");
  }

  @Test
  void exportQueue_fullThoughTheBackendWorks_saysItIsSlow() {
    cluster.destination("s1", d -> d.setQueueBytes(level(60 * MIB, 64 * MIB)));
    says(
        cluster.only(),
        Severity.WARNING,
        "The export queue of s1 to otlp is 94 % full (1 sampler near the limit): the backend takes"
            + " less than is kept.",
        "Give the backend more room, raise sampler.export.otlp.max-in-flight, keep less, or let the"
            + " queue go on on disk (sampler.export.disk).");
  }

  @Test
  void exportLosses_ofLate_areToldByDestinationAndNotAgainAsLosses() {
    cluster
        .destination("s1", d -> d.addLosses(count("export_rejected", "spans", 20)))
        .destination("s2", d -> d.addLosses(past("export_too_large", "spans", 1, 300)))
        .node("s1", n -> n.addLosses(count("export_rejected", "spans", 20)));
    says(
        cluster.only(),
        Severity.CRITICAL,
        "21 spans of kept traces did not reach otlp in the last 15 min: 20 spans (export_rejected),"
            + " 1 span (export_too_large); the last 3.0 s ago, at 22:13:17Z; 41 spans since the"
            + " start.",
        "The samplers' logs say what the backend answered; mostly it refused them for good (too"
            + " large, malformed, no right). docs/metrics.md explains the reasons.");
    assertThat(cluster.only().getNodesList()).containsExactly("s1", "s2");
  }

  @Test
  void exportLosses_past_areAWarning_andAfterAQuarterOfAnHourNothing() {
    cluster.destination("s2", d -> d.addLosses(past("export_rejected", "spans", 1, 300)));
    assertThat(cluster.found()).containsExactly("warning export-losses [s2]");
    cluster.destination(
        "s2", d -> d.setLosses(0, count("export_rejected", "spans", 0)).setLostSpans(10));
    assertThat(cluster.found()).isEmpty();
  }
}
