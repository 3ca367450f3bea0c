package io.ringtail.admin.findings;

import static io.ringtail.admin.findings.SomeCluster.epoch;
import static io.ringtail.admin.findings.SomeCluster.level;
import static io.ringtail.admin.findings.SomeCluster.says;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.Severity;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is there, who comes and goes, who does not answer, and what they agree on. */
class MembershipFindingsTest {
  private final SomeCluster cluster = new SomeCluster();

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
  void notReady_withoutAnotherReason_givesItsOwn() {
    cluster.node("r1", n -> n.setReady(false).addNotReady("no link to any sampler"));
    says(
        cluster.only(),
        Severity.WARNING,
        "r1 is not ready: no link to any sampler.",
        "Load balancers send it nothing meanwhile; after a start this passes within seconds,"
            + " otherwise its log tells more.");
  }
}
