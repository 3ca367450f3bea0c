package io.ringtail.admin.findings;

import static io.ringtail.admin.findings.SomeCluster.MIB;
import static io.ringtail.admin.findings.SomeCluster.count;
import static io.ringtail.admin.findings.SomeCluster.epoch;
import static io.ringtail.admin.findings.SomeCluster.level;
import static io.ringtail.admin.findings.SomeCluster.past;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.Finding;
import io.ringtail.admin.v1.HandoffStatus;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.ReasonCount;
import io.ringtail.admin.v1.Severity;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The wording is the product: each state with its cause and its remedy. */
class FindingsTest {
  private final SomeCluster cluster = new SomeCluster();

  private static void says(Finding finding, Severity severity, String cause, String remedy) {
    assertThat(finding.getCause()).isEqualTo(cause);
    assertThat(finding.getRemedy()).isEqualTo(remedy);
    assertThat(finding.getSeverity()).isEqualTo(severity);
  }

  @Test
  void healthy_nothingIsFound() {
    assertThat(cluster.found()).isEmpty();
    assertThat(cluster.status().getSeverity()).isEqualTo(Severity.OK);
  }

  @Test
  void addedTo_aStatusWithFindings_replacesThem() {
    ClusterStatus stale =
        cluster.status().toBuilder()
            .setSeverity(Severity.CRITICAL)
            .addFindings(Finding.newBuilder().setCode("stale"))
            .build();
    assertThat(Findings.addedTo(stale)).isEqualTo(cluster.status());
  }

  @Test
  void joining_saysWhatItWaitsForAndThatItPasses() {
    cluster
        .state("s2", MemberState.JOINING)
        .node(
            "s2",
            n -> n.setUptimeMs(4_200).clearEpoch().setReady(false).addNotReady("not joined yet"));
    says(
        cluster.only(),
        Severity.NOTICE,
        "s2 is joining, 4.2 s after its start: not joined yet.",
        "Passes by itself within seconds.");
    cluster.node("s2", n -> n.setUptimeMs(95_000));
    says(
        cluster.only(),
        Severity.WARNING,
        "s2 is joining, 95 s after its start: not joined yet.",
        "This should take seconds: see its log, and whether it reaches the other nodes' cluster"
            + " ports.");
  }

  @Test
  void draining_byAnOperator_saysWhatIsLeftAndHowToTakeItBack() {
    cluster
        .state("s1", MemberState.DRAINING)
        .node("s1", n -> n.setDrainedByOperator(true).setReady(false))
        .handoff("s1", h -> h.setTracesToSend(1000));
    says(
        cluster.only(),
        Severity.NOTICE,
        "s1 is draining, told so by an operator, and still has 1,000 open traces (100.0 MiB), 1,000"
            + " to hand over, and 0 spans to export.",
        "Passes by itself; ringtail undrain s1 takes it back.");
    cluster
        .handoff("s1", h -> h.setTracesToSend(0))
        .sampler("s1", s -> s.setOpenTraces(level(0, 50_000)));
    says(
        cluster.only(),
        Severity.NOTICE,
        "s1 is draining, told so by an operator, and is empty.",
        "It may be stopped now; ringtail undrain s1 takes it back.");
  }

  @Test
  void draining_routerThatStops_saysWhatIsNotSettled() {
    cluster.state("r1", MemberState.DRAINING).router("r1", r -> r.setOpenRequests(1));
    says(
        cluster.only(),
        Severity.NOTICE,
        "r1 is draining, since it stops, and still has 1 open request and 100.0 MiB that samplers"
            + " have not settled.",
        "Passes by itself: it leaves when all is settled.");
  }

  @Test
  void draining_routerWhoseSendersStay_saysThatTheyDo() {
    cluster
        .state("r1", MemberState.DRAINING)
        .node("r1", n -> n.setDrainedByOperator(true).setSpansInPerSecond(1_234.4));
    says(
        cluster.only(),
        Severity.NOTICE,
        "r1 is draining, told so by an operator, and still has 0 open requests and 100.0 MiB that"
            + " samplers have not settled; 1,234 spans a second still come from senders that have"
            + " not gone elsewhere.",
        "Passes by itself; ringtail undrain r1 takes it back.");
  }

  @Test
  void silentSampler_isCriticalAndExplainsMissingLinks() {
    cluster
        .silent("s1", "no answer within 2000 ms")
        .router("r0", r -> r.setLinksUp(2).addLinksDown("s1"))
        .router("r1", r -> r.setLinksUp(2).addLinksDown("s1"));
    says(
        cluster.only(),
        Severity.CRITICAL,
        "s1 does not answer (no answer within 2000 ms); what comes for 33 % of all traces may wait"
            + " and be refused.",
        "If a process is dead, the others go on without it within 5 s and replay its traces; if"
            + " this stays, the process stands still: see its log, CPU and memory, or restart it.");
  }

  @Test
  void silentOthers_areToldTogether() {
    cluster.silent("r1", "refused").state("s2", MemberState.DRAINING).silent("s2", "stopped");
    says(
        cluster.only(),
        Severity.WARNING,
        "r1 and s2 do not answer (r1: refused).",
        "One that stops is gone in a few seconds; if this stays, see whether the process stands"
            + " still and whether the admin port is reached from the other nodes.");
    assertThat(cluster.only().getNodesList()).containsExactly("r1", "s2");
  }

  @Test
  void epochsDisagree_namesWhoUsesWhich() {
    cluster
        .node("s1", n -> n.setEpoch(epoch("3.6@s0.0123abcd", 6, "0000000000000001")))
        .node("r1", n -> n.clearEpoch().setReady(false).addNotReady("no epoch"));
    says(
        cluster.only(),
        Severity.WARNING,
        "2 of 5 nodes use another epoch than 3.7@s0.0123abcd: r1 none and s1 3.6@s0.0123abcd.",
        "After a change this passes within seconds; if it stays, these nodes are cut off from the"
            + " coordinator or overloaded: see their logs and the network between nodes.");
  }

  @Test
  void epochsDisagree_theNodeAskedIsTheOddOne() {
    cluster
        .whole(w -> w.setEpoch(epoch("3.6@s0.0123abcd", 6, "0000000000000001")))
        .node("r0", n -> n.setEpoch(epoch("3.6@s0.0123abcd", 6, "0000000000000001")));
    assertThat(cluster.found()).containsExactly("warning epochs-disagree [r0]");
  }

  @Test
  void tablesDisagree_isCritical() {
    cluster.node("r1", n -> n.setEpoch(epoch("3.7@s0.0123abcd", 7, "00000000cafe0000")));
    says(
        cluster.only(),
        Severity.CRITICAL,
        "r1 has another table of owners than most for epoch 3.7@s0.0123abcd (00000000cafe0000, not"
            + " 00000000deadbeef): traces may be split.",
        "Run one version on all nodes and restart these; with equal versions this is a bug: keep"
            + " the logs of both sides.");
  }

  @Test
  void noEpoch_passesAtTheStartAndIsCriticalLater() {
    List.of("r1", "s0", "s1", "s2").forEach(cluster::without);
    cluster
        .whole(ClusterStatus.Builder::clearEpoch)
        .node("r0", n -> n.clearEpoch().setUptimeMs(1_000).setReady(false).addNotReady("alone"));
    assertThat(cluster.found()).containsExactly("notice no-epoch [r0]");
    cluster.node("r0", n -> n.setUptimeMs(90_000));
    says(
        cluster.only(),
        Severity.CRITICAL,
        "r0 has no epoch: it has found no active sampler in cluster \"ringtail\", and neither takes"
            + " spans nor decides.",
        "Within a minute of the start this passes; otherwise start samplers, and compare"
            + " cluster.name and cluster.discovery of this node with theirs (ringtail config"
            + " diff).");
  }

  @Test
  void tiers_missing_areCritical() {
    List.of("s0", "s1", "s2").forEach(s -> cluster.state(s, MemberState.DRAINING));
    assertThat(cluster.found()).contains("critical no-samplers []");
    SomeCluster noRouters = new SomeCluster().without("r0").without("r1");
    says(
        noRouters.only(),
        Severity.CRITICAL,
        "No router is in the cluster: nobody takes spans from senders.",
        "Start routers with the same cluster.name, or see in their logs why they do not find the"
            + " samplers.");
  }

  @Test
  void minority_namesTheLimitAndIsNotToldAgainAsNoLease() {
    cluster
        .without("s1")
        .without("s2")
        .node("s0", n -> n.setMinSamplers(2).setReady(false).addNotReady("1 of 2 samplers"))
        .sampler("s0", s -> s.setMayDecide(false));
    says(
        cluster.only(),
        Severity.CRITICAL,
        "1 sampler is active, fewer than the 2 of cluster.min-samplers: routers refuse all spans"
            + " and samplers decide nothing.",
        "Bring the missing samplers back; if they run, this is the smaller side of a partition:"
            + " mend the network; if there are to be fewer, lower cluster.min-samplers on all"
            + " nodes.");
  }

  @Test
  void versionSkew_saysWhichAndThatAnUpdateMayDoIt() {
    cluster.node("s2", n -> n.setVersion("0.2.0").setProtocolVersion(2));
    says(
        cluster.only(),
        Severity.NOTICE,
        "Nodes run 2 versions: 0.1.0 (protocol 1) on r0, r1, s0 and 1 more, 0.2.0 (protocol 2) on"
            + " s2.",
        "Right while a rolling update is under way: they speak the lower protocol version;"
            + " otherwise bring all to one version.");
  }

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

  @Test
  void retentionShort_saysHowLongItLasts() {
    cluster.router(
        "r1",
        r ->
            r.setRetentionShort(true)
                .setRetentionCoverSeconds(12)
                .setRetentionForgottenSpans(1234));
    says(
        cluster.only(),
        Severity.WARNING,
        "The log of r1 lasts 12 s at the present rate, less than the 40 s wanted: a sampler that"
            + " dies now takes spans along; 1,234 spans were forgotten unsettled since the start.",
        "Raise router.retention.max-bytes with the routers' memory, add routers, or shorten"
            + " tail_sampling.decision_wait; if a backend is down, that first.");
  }

  @Test
  void memory_nearTheContainersLimit_saysWhatTheKernelDoes() {
    cluster
        .node("s1", n -> n.getMemoryBuilder().setResidentBytes(1000 * MIB))
        .node("s2", n -> n.getMemoryBuilder().setResidentBytes(990 * MIB));
    says(
        cluster.only(),
        Severity.WARNING,
        "s1 takes 1000.0 MiB of the 1.0 GiB its container may have (one other likewise): over it"
            + " the kernel ends the process.",
        "Raise the memory limit, or give the JVM less of it: let Ringtail derive heap and budgets"
            + " from the limit instead of setting -Xmx yourself.");
  }

  @Test
  void memory_outsideTheHeapNearItsEnd_isTold() {
    cluster.node("r0", n -> n.getMemoryBuilder().setDirectBytes(level(500 * MIB, 512 * MIB)));
    says(
        cluster.only(),
        Severity.WARNING,
        "r0 has taken 500.0 MiB of 512.0 MiB of memory outside the heap: at the limit connections"
            + " are closed and parts refused.",
        "Raise -XX:MaxDirectMemorySize with the memory limit, or add nodes of this tier.");
  }

  @Test
  void buffer_nearAndOverItsHighWater_isToldOnceWithItsEarlyDecisions() {
    cluster.sampler(
        "s1",
        s ->
            s.setBufferedBytes(level(900 * MIB, 1024 * MIB))
                .addEarlyDecisions(count("high_water", "traces", 500)));
    says(
        cluster.only(),
        Severity.WARNING,
        "s1 holds 900.0 MiB of 1.0 GiB of open traces, above its high water of 870.0 MiB: the"
            + " oldest are decided before they are complete.",
        "Add samplers, give them more memory (sampler.max-buffered-bytes), or shorten"
            + " tail_sampling.decision_wait.");
    cluster.sampler("s1", s -> s.setBufferedBytes(level(800 * MIB, 1024 * MIB)));
    assertThat(cluster.only().getCause()).contains(", near its high water of 870.0 MiB, where");
  }

  @Test
  void traces_nearNumTraces_isTold() {
    cluster.sampler("s1", s -> s.setOpenTraces(level(49_999, 50_000)));
    says(
        cluster.only(),
        Severity.WARNING,
        "s1 holds 49,999 undecided traces of the 50,000 that tail_sampling.num_traces allows:"
            + " beyond it the oldest are decided before they are complete, or senders refused.",
        "Raise tail_sampling.num_traces if the buffer has room (it is bounded in bytes anyway), or"
            + " add samplers.");
  }

  @Test
  void earlyDecisions_byBurstsAndByOneTrace_areToldApart() {
    cluster.sampler(
        "s1",
        s ->
            s.addEarlyDecisions(count("num_traces", "traces", 7))
                .addEarlyDecisions(count("trace_spans", "traces", 1))
                .addEarlyDecisions(count("shutdown", "traces", 5)));
    assertThat(cluster.found())
        .containsExactly("warning early-decisions [s1]", "notice traces-cut [s1]");
    assertThat(cluster.status().getFindings(0).getCause())
        .isEqualTo(
            "s1 decided 7 traces in the last 15 min before they were complete, at a limit reached"
                + " for moments; the last 3.0 s ago, at 22:13:17Z; 17 traces since the start.");
    assertThat(cluster.status().getFindings(1).getCause())
        .isEqualTo(
            "1 trace outgrew the limits of one trace in the last 15 min and was decided before"
                + " being complete; the last 3.0 s ago, at 22:13:17Z; 11 traces since the start.");
  }

  @Test
  void earlyDecisions_past_areANotice() {
    cluster.sampler("s1", s -> s.addEarlyDecisions(past("num_traces", "traces", 7, 300)));
    assertThat(cluster.found()).containsExactly("notice early-decisions [s1]");
  }

  @Test
  void linksDown_namesTheSamplerAndTheRouters() {
    cluster.router("r0", r -> r.addLinksDown("s2"));
    says(
        cluster.only(),
        Severity.CRITICAL,
        "r0 has no link to s2 (1 of 2 routers): requests with traces of it wait and are refused.",
        "After a start this passes within a second; if it stays, the way from these routers to its"
            + " link address is cut: see the network between them.");
    cluster.router("r1", r -> r.addLinksDown("s2"));
    assertThat(cluster.only().getCause())
        .startsWith("r0 and r1 have no link to s2 (2 of 2 routers)");
    assertThat(cluster.only().getRemedy()).contains("sampler.link.listen");
  }

  @Test
  void linksDown_toOneThatDrains_isNoTrouble() {
    cluster.state("s2", MemberState.DRAINING).router("r0", r -> r.addLinksDown("s2"));
    assertThat(cluster.found()).containsExactly("notice draining [s2]");
  }

  @Test
  void noLease_isCritical() {
    cluster.sampler("s1", s -> s.setMayDecide(false));
    says(
        cluster.only(),
        Severity.CRITICAL,
        "s1 decides nothing: the coordinator's lease is missing, and due traces wait.",
        "After a start or a change of coordinator this passes within 3 s; if it stays, the"
            + " coordinator (the first sampler) is not reached: see its log and the network between"
            + " samplers.");
  }

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

  @Test
  void requests_nearARoutersBudget_sayWhichSideIsSlow() {
    cluster.router("r0", r -> r.setBytesInFlight(level(250 * MIB, 256 * MIB)));
    assertThat(cluster.only().getCause())
        .isEqualTo(
            "r0 has 250.0 MiB of 256.0 MiB of requests not answered yet: beyond it senders are"
                + " refused, retryable.");
    cluster.router("r0", r -> r.setBytesHeld(level(255 * MIB, 256 * MIB)));
    says(
        cluster.only(),
        Severity.WARNING,
        "r0 has 255.0 MiB of 256.0 MiB of parts that no sampler has taken yet: beyond it senders"
            + " are refused, retryable.",
        "Samplers take less than comes: see what is told of them here, or add samplers.");
  }

  @Test
  void notReady_withoutAnotherReason_givesItsOwn() {
    cluster.node("r1", n -> n.setReady(false).addNotReady("no link to any sampler"));
    says(
        cluster.only(),
        Severity.WARNING,
        "r1 is not ready: no link to any sampler.",
        "Load balancers send it nothing meanwhile; after a start this passes within seconds,"
            + " otherwise its log tells more.");
  }

  @Test
  void several_theWorstComesFirst() {
    cluster
        .node("s2", n -> n.setVersion("0.2.0"))
        .router("r1", r -> r.setRetentionShort(true))
        .destination("s0", d -> d.setFailingSeconds(60))
        .silent("s1", "refused");
    assertThat(cluster.found())
        .containsExactly(
            "critical node-silent [s1]",
            "critical backend-down [s0]",
            "warning retention-short [r1]",
            "notice versions-differ []");
    assertThat(cluster.status().getSeverity()).isEqualTo(Severity.CRITICAL);
  }

  @Test
  void threeHundredNodes_areNotAllNamed() {
    SomeCluster large = new SomeCluster();
    for (String s : List.of("s0", "s1", "s2")) {
      large.silent(s, "refused");
    }
    large.silent("r1", "refused");
    assertThat(Words.names(List.of("a", "b", "c", "d", "e"))).isEqualTo("a, b, c and 2 more");
    assertThat(large.status().getFindings(0).getCause()).startsWith("s0, s1 and s2 do not answer");
  }

  @Test
  void codes_each_isAWordOfItsOwn() {
    Set<String> codes = new HashSet<>();
    for (Code code : Code.values()) {
      assertThat(code.text()).matches("[a-z]+(-[a-z]+)*");
      assertThat(codes.add(code.text())).isTrue();
    }
  }
}
