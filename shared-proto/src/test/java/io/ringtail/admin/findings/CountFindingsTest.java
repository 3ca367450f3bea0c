package io.ringtail.admin.findings;

import static io.ringtail.admin.findings.SomeCluster.count;
import static io.ringtail.admin.findings.SomeCluster.past;
import static io.ringtail.admin.findings.SomeCluster.says;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.admin.v1.HandoffStatus;
import io.ringtail.admin.v1.ReasonCount;
import io.ringtail.admin.v1.Severity;
import org.junit.jupiter.api.Test;

/** What is counted: refusals, losses, splits; going on, past or long past. */
class CountFindingsTest {
  private final SomeCluster cluster = new SomeCluster();

  @Test
  void possibleSplits_areToldForAQuarterOfAnHour() {
    cluster
        .handoff("s1", h -> h.setSplitHolds(past("no_progress", "holds", 2, 720)))
        .handoff("s2", h -> h.setSplitHolds(past("no_progress", "holds", 1, 240)));
    says(
        cluster.only(),
        Severity.WARNING,
        "3 holds of s1 and s2 ended for want of progress in the last 15 min; the last 4 min ago, at"
            + " 22:09:20Z; 23 holds since the start: some traces of that time may be split.",
        "It is past; the samplers' logs tell whom they waited for.");
    cluster
        .handoff("s1", h -> h.setSplitHolds(count("no_progress", "holds", 0)).setPossibleSplits(10))
        .handoff("s2", HandoffStatus.Builder::clearSplitHolds);
    assertThat(cluster.found()).isEmpty();
  }

  @Test
  void refusals_inTheLastMinute_areCriticalUnlessStartsAndStopsExplainThem() {
    cluster
        .node("r0", n -> n.addRefusals(count("not_ready", "requests", 3)))
        .node("r1", n -> n.addRefusals(count("busy", "requests", 0)));
    says(
        cluster.only(),
        Severity.WARNING,
        "Refused in the last 15 min, to be sent again by their senders: 3 requests (not_ready); the"
            + " last 3.0 s ago, at 22:13:17Z; 23 requests since the start.",
        "Nodes that start or stop do this for moments; if it stays, see which are not ready.");
    cluster
        .node("r1", n -> n.addRefusals(count("busy", "requests", 120)))
        .node("s1", n -> n.addRefusals(count("bytes", "parts", 1_300)));
    says(
        cluster.only(),
        Severity.CRITICAL,
        "Refused in the last 15 min, to be sent again by their senders: 120 requests (busy), 1,300"
            + " parts (bytes), 3 requests (not_ready); the last 3.0 s ago, at 22:13:17Z; 1,310"
            + " parts, 153 requests since the start.",
        "Samplers' buffers are full: add samplers, or shorten decision_wait.");
  }

  @Test
  void refusals_past_areANoticeWithTheLastOnesTime_andAfterAQuarterOfAnHourNothing() {
    cluster.node("r0", n -> n.addRefusals(past("busy", "requests", 120, 240)));
    says(
        cluster.only(),
        Severity.NOTICE,
        "Refused in the last 15 min, to be sent again by their senders: 120 requests (busy); the"
            + " last 4 min ago, at 22:09:20Z; 130 requests since the start.",
        "It is over; if it comes again: routers are full: see what is told of samplers and backend"
            + " here; else add routers.");
    cluster.node("r0", n -> n.setRefusals(0, past("busy", "requests", 0, 901)));
    assertThat(cluster.found()).isEmpty();
  }

  @Test
  void refusals_pastThatStartsAndStopsExplain_areNotTold() {
    cluster.node("r0", n -> n.addRefusals(past("not_ready", "requests", 3, 61)));
    assertThat(cluster.found()).isEmpty();
  }

  @Test
  void requestsThatCannotBeTaken_areTheSendersFault() {
    cluster
        .node("r0", n -> n.addRefusals(count("malformed", "requests", 3)))
        .node("r1", n -> n.addLosses(count("invalid_id", "spans", 7)));
    says(
        cluster.only(),
        Severity.WARNING,
        "Rejected for good in the last 15 min: 7 spans (invalid_id), 3 requests (malformed); the"
            + " last 3.0 s ago, at 22:13:17Z; 13 requests, 17 spans since the start.",
        "Some sender sends what cannot be taken; the routers' answers and logs say what is wrong"
            + " with it.");
    cluster
        .node("r0", n -> n.setRefusals(0, past("malformed", "requests", 3, 61)))
        .node("r1", n -> n.clearLosses());
    assertThat(cluster.found()).containsExactly("notice requests-rejected [r0]");
  }

  @Test
  void losses_goingOn_areCritical_longPastOnesAreNotTold() {
    cluster
        .node("r0", n -> n.addLosses(count("failed", "spans", 0)))
        .node("s1", n -> n.addLosses(count("unfit", "spans", 7)));
    says(
        cluster.only(),
        Severity.CRITICAL,
        "Lost in the last 15 min: 7 spans (unfit); the last 3.0 s ago, at 22:13:17Z; 27 spans since"
            + " the start.",
        "The logs of these nodes tell the first of each kind; docs/metrics.md explains the"
            + " reasons.");
    assertThat(cluster.only().getNodesList()).containsExactly("s1");
  }

  @Test
  void losses_past_areAWarning_andAfterAQuarterOfAnHourNothing() {
    cluster.node("s1", n -> n.addLosses(past("unfit", "spans", 7, 840)));
    says(
        cluster.only(),
        Severity.WARNING,
        "Lost in the last 15 min: 7 spans (unfit); the last 14 min ago, at 21:59:20Z; 17 spans"
            + " since the start.",
        "The logs of these nodes tell the first of each kind; docs/metrics.md explains the"
            + " reasons.");
    cluster.node("s1", n -> n.setLosses(0, past("unfit", "spans", 0, 901)));
    assertThat(cluster.found()).isEmpty();
  }

  @Test
  void losses_ofANodeThatTellsOfTheLastMinuteAlone_areTold() {
    ReasonCount older = count("unfit", "spans", 7).toBuilder().clearLast15Minutes().build();
    cluster.node("s1", n -> n.addLosses(older));
    assertThat(cluster.only().getCause()).startsWith("Lost in the last 15 min: 7 spans (unfit)");
  }
}
