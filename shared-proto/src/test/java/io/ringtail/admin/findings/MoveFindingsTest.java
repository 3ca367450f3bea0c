package io.ringtail.admin.findings;

import static io.ringtail.admin.findings.SomeCluster.MIB;
import static io.ringtail.admin.findings.SomeCluster.says;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.admin.v1.Severity;
import org.junit.jupiter.api.Test;

/** Slots on their way, and what they wait for. */
class MoveFindingsTest {
  private final SomeCluster cluster = new SomeCluster();

  @Test
  void stranger_saysThatItGivesAwayWhatItHolds() {
    cluster.sampler("s1", s -> s.setStranger(true).setMayDecide(false));
    says(
        cluster.only(),
        Severity.WARNING,
        "s1 was taken for dead by the cluster and gives away the 1,000 traces it holds; it decides"
            + " nothing.",
        "Passes by itself: it joins anew when it is empty; if it happens again, look for pauses"
            + " (garbage collection, CPU limits, a stopped machine) and network cuts of over 5 s.");
  }

  @Test
  void hold_short_isPartOfTheHandoff_lasting_namesWhoIsWaitedFor() {
    cluster
        .handoff(
            "s0", h -> h.setActive(true).setHeldSlots(873).setHoldSeconds(2).addWaitingFor("s2"))
        .handoff("s2", h -> h.setActive(true).setTracesToSend(120).setBytesInFlight(3 * MIB));
    says(
        cluster.only(),
        Severity.NOTICE,
        "Slots are moving: 120 traces still to be handed over, 3.0 MiB on the way, 873 slots held.",
        "Passes by itself, mostly within seconds; wait for it before the next node is stopped.");
    cluster.handoff("s0", h -> h.setHoldSeconds(14));
    assertThat(cluster.found())
        .containsExactly("warning hold-lasts [s0]", "notice handoff [s0, s2]");
    says(
        cluster.status().getFindings(0),
        Severity.WARNING,
        "s0 has held 873 slots for 14 s: it decides nothing of them until it has heard all from"
            + " s2.",
        "See whether it reaches s2, and what the logs there say; without any progress the hold ends"
            + " by itself after the longer of 30 s and decision_wait + 10 s, counted as a possible"
            + " split.");
  }

  @Test
  void replay_saysWhoIsAtItAndWhatIsMissing() {
    cluster
        .router("r0", r -> r.setReplaysOpen(2).setReplayedSpans(12_345))
        .handoff("s1", h -> h.setReplayQuestions(1).setReplayAnswersMissing(1));
    says(
        cluster.only(),
        Severity.NOTICE,
        "A replay is under way: 1 router at it, 12,345 spans sent again since their start, 1 answer"
            + " missing.",
        "Passes by itself: spans of a lost sampler come again from the routers' logs; the next loss"
            + " is survived when it is done.");
  }
}
