package io.ringtail.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.admin.findings.Findings;
import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.EpochRef;
import io.ringtail.admin.v1.Level;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.admin.v1.ReasonCount;
import io.ringtail.admin.v1.RouterStatus;
import io.ringtail.admin.v1.SamplerStatus;
import io.ringtail.cli.SampleAnswers;
import io.ringtail.cli.render.Screen;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The page in each state a cluster may be in: how it begins, and the lines of cause and remedy. */
class StatusStatesTest {
  private static final long GIB = 1L << 30;
  private static final int ROUTER = 0;
  private static final int SAMPLER = 1;

  /**
   * A state.
   *
   * @param change what makes it so; the cluster is well before
   * @param says begin of the page, then the finding's head, cause and remedy; one without findings
   *     has the first alone
   */
  private record State(String name, Consumer<ClusterStatus.Builder> change, List<String> says) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static State state(String name, Consumer<ClusterStatus.Builder> change, String... says) {
    return new State(name, change, List.of(says));
  }

  private static Consumer<ClusterStatus.Builder> node(
      int index, Consumer<NodeStatus.Builder> change) {
    return status -> change.accept(status.getNodesBuilder(index).getStatusBuilder());
  }

  private static Consumer<ClusterStatus.Builder> router(Consumer<RouterStatus.Builder> change) {
    return node(ROUTER, n -> change.accept(n.getRouterBuilder()));
  }

  private static Consumer<ClusterStatus.Builder> sampler(Consumer<SamplerStatus.Builder> change) {
    return node(SAMPLER, n -> change.accept(n.getSamplerBuilder()));
  }

  private static Consumer<ClusterStatus.Builder> in(
      MemberState state, Consumer<NodeStatus.Builder> change) {
    return status -> {
      status.getNodesBuilder(SAMPLER).getMemberBuilder().setState(state);
      node(SAMPLER, n -> change.accept(n.setState(state))).accept(status);
    };
  }

  private static Level level(long used, long capacity) {
    return Level.newBuilder().setUsed(used).setCapacity(capacity).build();
  }

  private static ReasonCount count(String reason, long lastMinute, double secondsSinceLast) {
    return ReasonCount.newBuilder()
        .setReason(reason)
        .setUnit("spans")
        .setSinceStart(2_000)
        .setLastMinute(lastMinute)
        .setLast15Minutes(1_000)
        .setSecondsSinceLast(secondsSinceLast)
        .build();
  }

  static List<State> states() {
    return List.of(
        state("healthy", s -> {}, "OK: nothing is wrong; cluster \"ringtail\""),
        state(
            "joining",
            in(MemberState.JOINING, n -> n.setUptimeMs(3_000).addNotReady("cluster: joins")),
            "OK, with 1 notice of what passes;",
            "NOTICE joining sampler-0",
            "sampler-0 is joining, 3.0 s after its start: cluster: joins.",
            "> Passes by itself within seconds."),
        state(
            "draining",
            in(MemberState.DRAINING, n -> n.setDrainedByOperator(true)),
            "OK, with 1 notice of what passes;",
            "NOTICE draining sampler-0",
            "sampler-0 is draining, told so by an operator, and still has 1,234 open traces",
            "> Passes by itself; ringtail undrain sampler-0 takes it back."),
        state(
            "one dead",
            s -> s.getNodesBuilder(SAMPLER).clearStatus().setNoAnswer("no answer within 2000 ms"),
            "CRITICAL: 1 finding;",
            "CRITICAL node-silent sampler-0",
            "sampler-0 does not answer (no answer within 2000 ms); what comes for 50 % of all"
                + " traces",
            "> If a process is dead, the others go on without it within 5 s and replay its"
                + " traces;"),
        state(
            "epochs disagree",
            node(SAMPLER, n -> n.setEpoch(EpochRef.newBuilder().setOrder("3.6@x").setNumber(6))),
            "WARNING: 1 finding;",
            "WARNING epochs-disagree sampler-0",
            "1 of 3 nodes uses another epoch than 3.7@sampler-0: sampler-0 3.6@x.",
            "> After a change this passes within seconds; if it stays, these nodes are cut off"),
        state(
            "backend down",
            sampler(s -> s.getDestinationsBuilder(0).setFailingSeconds(40).setLastError("refused")),
            "CRITICAL: 1 finding;",
            "CRITICAL backend-down sampler-0",
            "The backend has taken nothing from sampler-0 by otlp for 40 s (refused); the queue is"
                + " 2 %",
            "> The backend takes from other samplers: see the way from these to it;"),
        state(
            "retention short",
            router(r -> r.setRetentionShort(true).setRetentionCoverSeconds(12)),
            "WARNING: 1 finding;",
            "WARNING retention-short router-0",
            "The log of router-0 lasts 12 s at the present rate, less than the 40 s wanted",
            "> Raise router.retention.max-bytes with the routers' memory, add routers,"),
        state(
            "memory near its limit",
            node(SAMPLER, n -> n.getMemoryBuilder().setResidentBytes(GIB - 1)),
            "WARNING: 1 finding;",
            "WARNING memory-near-limit sampler-0",
            "of the 1.0 GiB its container may have: over it the kernel ends the process.",
            "> Raise the memory limit, or give the JVM less of it"),
        state(
            "buffer near its limit",
            sampler(s -> s.setBufferedBytes(level(GIB, GIB))),
            "WARNING: 1 finding;",
            "WARNING buffer-near-limit sampler-0",
            "sampler-0 holds 1.0 GiB of 1.0 GiB of open traces, above its high water",
            "> Add samplers, give them more memory (sampler.max-buffered-bytes)"),
        state(
            "minority",
            s -> {
              for (int i = 0; i < s.getNodesCount(); i++) {
                s.getNodesBuilder(i).getStatusBuilder().setMinSamplers(3);
              }
            },
            "CRITICAL: 1 finding;",
            "CRITICAL too-few-samplers router-0, sampler-0, sampler-1",
            "2 samplers are active, fewer than the 3 of cluster.min-samplers: routers refuse all"
                + " spans",
            "> Bring the missing samplers back; if they run, this is the smaller side of a"
                + " partition:"),
        state(
            "version skew",
            node(SAMPLER, n -> n.setVersion("0.2.0").setProtocolVersion(2)),
            "OK, with 1 notice of what passes;",
            "NOTICE versions-differ",
            "Nodes run 2 versions: 0.1.0 (protocol 1) on router-0 and sampler-1, 0.2.0 (protocol"
                + " 2)",
            "> Right while a rolling update is under way:"),
        state(
            "losing",
            node(SAMPLER, n -> n.addLosses(count("unfit", 7, 3))),
            "CRITICAL: 1 finding;",
            "CRITICAL losses sampler-0",
            "Lost in the last 15 min: 1,000 spans (unfit); the last 3.0 s ago, at 22:13:17Z; 2,000"
                + " spans",
            "> The logs of these nodes tell the first of each kind;"),
        state(
            "has lost",
            node(SAMPLER, n -> n.addLosses(count("unfit", 0, 600))),
            "WARNING: 1 finding;",
            "WARNING losses sampler-0",
            "1,000 spans (unfit); the last 10 min ago, at 22:03:20Z; 2,000 spans since the start.",
            "> The logs of these nodes tell the first of each kind;"));
  }

  @ParameterizedTest
  @MethodSource("states")
  void page_inAState_beginsWithItsNameThenCauseThenRemedy(State state) {
    ClusterStatus.Builder status = SampleAnswers.status().toBuilder();
    state.change().accept(status);
    StringWriter text = new StringWriter();
    Screen screen = new Screen(new PrintWriter(text), 80, false, false);
    new StatusPage(Findings.addedTo(status.build()), false).print(screen);
    screen.flush();
    String page = text.toString();
    assertThat(page).startsWith(state.says().get(0));
    assertThat(joined(page)).containsSubsequence(state.says());
    if (state.says().size() == 1) {
      assertThat(page.lines().filter(line -> line.startsWith("  > "))).isEmpty();
    }
  }

  /** Lines as one, however they were wrapped; the remedy's mark stands at each of its lines. */
  private static String joined(String page) {
    return page.replaceAll("\n  > ", " > ").replaceAll("\\s+", " ");
  }
}
