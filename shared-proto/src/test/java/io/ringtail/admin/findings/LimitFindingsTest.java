package io.ringtail.admin.findings;

import static io.ringtail.admin.findings.SomeCluster.MIB;
import static io.ringtail.admin.findings.SomeCluster.count;
import static io.ringtail.admin.findings.SomeCluster.level;
import static io.ringtail.admin.findings.SomeCluster.past;
import static io.ringtail.admin.findings.SomeCluster.says;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.admin.v1.Severity;
import org.junit.jupiter.api.Test;

/** Memory, buffers, logs and budgets that are nearly used up. */
class LimitFindingsTest {
  private final SomeCluster cluster = new SomeCluster();

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
}
