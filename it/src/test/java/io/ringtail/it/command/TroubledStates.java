package io.ringtail.it.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.OtlpSink;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * What {@code status} says of a running cluster: each state with its cause and its remedy. All of
 * the wording, and that of other states, is held by the tests of the findings. Threads: the test's.
 */
final class TroubledStates {
  private static final Duration SOON = Duration.ofMinutes(3);

  private final OtlpSink backend;
  private final Commands commands;

  TroubledStates(OtlpSink backend, Commands commands) {
    this.backend = backend;
    this.commands = commands;
  }

  /** A page that says so, sooner or later; what it exited with. */
  private int awaitPage(Cluster.Node asked, String... patterns) {
    int[] exit = new int[1];
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              exit[0] = commands.run(asked, "status");
              for (String pattern : patterns) {
                assertThat(commands.joined()).as(commands.err()).containsPattern(pattern);
              }
            });
    return exit[0];
  }

  /** A router alone. */
  void joining(Cluster.Node router) {
    int exit =
        awaitPage(
            router,
            "router-0 is joining, [0-9.]+ (s|min) after its start: .+\\. > ",
            "0 samplers are active, fewer than the 2 of cluster\\.min-samplers",
            "router-0 has no epoch: it has found no active sampler in cluster \"it\"");
    assertThat(exit).isEqualTo(ExitCode.PROBLEM);
  }

  /** All that has been started has come. */
  void healthy(Cluster.Node asked, String who) {
    int exit = awaitPage(asked, "^OK: nothing is wrong; cluster \"it\", " + who);
    assertThat(exit).isEqualTo(ExitCode.OK);
  }

  /** Of open traces, more and more: first one router's log is too small for them. */
  void retentionShort(Cluster.Node asked, String router) {
    int exit =
        awaitPage(
            asked,
            "^WARNING: \\d+ finding",
            "WARNING retention-short " + router,
            "The log of "
                + router
                + " lasts \\d[0-9.]* s at the present rate, less than the \\d+ s wanted.* > Raise"
                + " router\\.retention\\.max-bytes");
    assertThat(exit).isEqualTo(ExitCode.OK);
  }

  /** Then samplers have no room to wait for the rest of them. */
  void memoryNearLimit(Cluster.Node asked) {
    awaitPage(
        asked,
        "WARNING buffer-near-limit sampler-[012]",
        "sampler-[012] holds \\d[0-9.]* MiB of \\d[0-9.]* MiB of open traces.*, (near|above) its high water of"
            + " \\d[0-9.]* MiB.* the oldest are decided before they are complete\\. > Add samplers,"
            + " give them more memory \\(sampler\\.max-buffered-bytes\\)");
  }

  /** While its backend is down. */
  void stopping(Cluster.Node asked, String router) {
    awaitPage(
        asked,
        router + " is draining, since it stops, and still has \\d+ open",
        "> Passes by itself: it leaves when all is settled\\.");
  }

  /** From now on. */
  void backendGoesDown() {
    backend.refuse(Status.UNAVAILABLE.withDescription("the test's backend is away"));
  }

  /** After {@link #backendGoesDown}, and something to export: told, and over when it is back. */
  void backendDown(Cluster.Node asked) {
    awaitPage(
        asked,
        "(WARNING|CRITICAL) backend-down sampler-",
        "The backend has taken nothing from sampler-.* by otlp for \\d.* \\(.*the test's backend is"
            + " away.*\\); the queue is \\d+ % full, then senders are refused\\. > ",
        "> (Bring the backend back, or correct sampler\\.export|The backend takes from other)");
    backend.refuse(Status.OK);
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              commands.run(asked, "status");
              assertThat(commands.out()).contains("sampler-0").doesNotContain("backend-down");
            });
  }

  /**
   * A sampler that does not answer, dead or not. Others go on without it after some 5 s; if this
   * machine has stood still for longer, it is taken back and stopped once more.
   */
  void silent(Cluster.Node asked, Cluster.Node sampler) {
    String id = sampler.process().name();
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              comeBack(asked, sampler);
              sampler.process().signal("STOP");
              int exit = commands.run(asked, "status", "--timeout", "4s");
              assertThat(commands.joined())
                  .containsPattern(
                      "CRITICAL node-silent ID ID does not answer \\(.+\\); what comes for \\d+ %"
                              .replace("ID", id)
                          + " of all traces may wait and be refused\\. > If a process is dead, the"
                          + " others go on without it within 5 s");
              assertThat(exit).isEqualTo(ExitCode.PROBLEM);
            });
  }

  private void comeBack(Cluster.Node asked, Cluster.Node sampler)
      throws IOException, InterruptedException {
    sampler.process().signal("CONT");
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              commands.run(asked, "nodes");
              assertThat(commands.out())
                  .containsPattern(sampler.process().name() + " +sampler +active +yes");
            });
  }

  /** One sampler of {@code cluster.min-samplers: 2}. */
  void minority(List<Cluster.Node> left) {
    for (Cluster.Node node : left) {
      int exit =
          awaitPage(
              node,
              "^CRITICAL: \\d+ finding",
              "CRITICAL too-few-samplers router-0",
              "1 sampler is active, fewer than the 2 of cluster\\.min-samplers: routers refuse all"
                  + " spans and samplers decide nothing\\. > Bring the missing samplers back");
      assertThat(exit).isEqualTo(ExitCode.PROBLEM);
    }
  }
}
