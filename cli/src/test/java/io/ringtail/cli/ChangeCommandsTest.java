package io.ringtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.ChangePlan;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.cli.exit.ExitCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Commands that change something: shown first, asked, refused, made, waited for. */
class ChangeCommandsTest extends WithNode {
  @Test
  void change_withoutYesAndWithoutATerminal_planShownAndExitTwo() {
    assertThat(run("drain", "sampler-1")).isEqualTo(ExitCode.USAGE);
    assertThat(out())
        .isEqualTo(
            """
            drain sampler-1: about 131,072 slots with 1,234 open traces, 118 MiB, move

            to           slots  bytes  buffered after
            sampler-0  131,072   118M       235M/1.0G

            """);
    assertThat(err())
        .isEqualTo(
            "ringtail: not done: there is no terminal to ask on (--yes does it without asking)\n");
    assertThat(node.applied).isEmpty();
    assertThat(run("drain", "sampler-1", "--output", "json")).isEqualTo(ExitCode.USAGE);
    assertThat(out()).isEmpty();
    assertThat(err()).contains("131,072 slots");
  }

  @Test
  void change_yes_isAppliedAsTheUserOfThisHost() {
    assertThat(run("drain", "sampler-1", "--yes")).isEqualTo(ExitCode.OK);
    assertThat(out()).endsWith("done: DRAIN\n");
    assertThat(node.applied.get(0).getActor())
        .startsWith(System.getProperty("user.name") + "@")
        .doesNotEndWith("@");
    assertThat(node.applied.get(0).getForce()).isFalse();
    assertThat(run("weight", "sampler-1", "50", "-y", "--force")).isEqualTo(ExitCode.OK);
    assertThat(node.applied.get(1).getChange().getSetWeight().getWeight()).isEqualTo(50);
    assertThat(node.applied.get(1).getForce()).isTrue();
    assertThat(run("weight", "sampler-1", "0", "-y")).isEqualTo(ExitCode.USAGE);
    assertThat(err()).contains("W: 0 (expected 1 to 10000; drain takes all away)");
  }

  @Test
  void change_withObjections_isRefusedUnlessForced() {
    node.plan = c -> SampleAnswers.plan("objections: 'sampler-0 would hold 2 GiB of 1 GiB'");
    assertThat(run("drain", "sampler-1", "--yes")).isEqualTo(ExitCode.PROBLEM);
    assertThat(out()).contains("objection: sampler-0 would hold 2 GiB of 1 GiB");
    assertThat(err())
        .isEqualTo(
            "ringtail: will not drain sampler-1: sampler-0 would hold 2 GiB of 1 GiB (--force does"
                + " it all the same)\n");
    assertThat(node.applied).isEmpty();
    assertThat(run("drain", "sampler-1", "--yes", "--force")).isEqualTo(ExitCode.OK);
    assertThat(node.applied).hasSize(1);
  }

  @Test
  void change_thatIsImpossible_isRefusedAlsoIfForced_jsonHasThePlan() {
    node.plan = c -> ChangePlan.newBuilder().setChange(c).setImpossible("it is a router").build();
    assertThat(run("drain", "router-0", "-y", "--force", "--output", "json"))
        .isEqualTo(ExitCode.PROBLEM);
    assertThat(out())
        .startsWith(
            "{\"outcome\":\"\",\"plan\":{\"change\":{\"node_id\":\"router-0\",\"drain\":{}}")
        .contains("\"impossible\":\"it is a router\"");
    assertThat(err()).isEqualTo("ringtail: cannot drain router-0: it is a router\n");
    assertThat(node.applied).isEmpty();
  }

  @Test
  void change_refusedBetweenPlanAndWord_exitOneWithTheNodesReason() {
    node.apply =
        r -> {
          throw Status.FAILED_PRECONDITION.withDescription("sampler-1 stops").asRuntimeException();
        };
    assertThat(run("undrain", "sampler-1", "--yes")).isEqualTo(ExitCode.PROBLEM);
    assertThat(err()).isEqualTo("ringtail: sampler-1 stops\n");
  }

  @Test
  void drainWait_untilEmpty_progressOnStderr() {
    int[] asked = new int[1];
    node.status =
        r -> {
          var status = SampleAnswers.status().toBuilder();
          var drained = status.getNodesBuilder(2);
          boolean over = asked[0]++ > 0;
          drained.getMemberBuilder().setSlotShare(0).setState(MemberState.DRAINING);
          drained.getStatusBuilder().setState(MemberState.DRAINING).setDrainedByOperator(true);
          drained
              .getStatusBuilder()
              .getSamplerBuilder()
              .getOpenTracesBuilder()
              .setUsed(over ? 0 : 9);
          if (over) {
            drained.getStatusBuilder().getSamplerBuilder().clearDestinations();
          }
          return status.build();
        };
    assertThat(run("drain", "sampler-1", "--yes", "--wait")).isEqualTo(ExitCode.OK);
    assertThat(err().lines())
        .first()
        .isEqualTo(
            "sampler-1: 9 open traces (117.7 MiB), 0 to hand over, and 1,800 spans to export");
    assertThat(err().lines().reduce((a, b) -> b).orElseThrow())
        .startsWith("sampler-1 is empty after ");
  }

  @Test
  void logLevel_wordsOfALevel_areSentAsTheNodeKnowsThem() {
    assertThat(run("log-level", "router-0", "io.ringtail", "DEBUG")).isEqualTo(ExitCode.OK);
    assertThat(run("log-level", "router-0", "root", "default")).isEqualTo(ExitCode.OK);
    List<Change> changes = node.applied.stream().map(a -> a.getChange()).toList();
    assertThat(changes.get(0).getSetLogLevel().getLevel()).isEqualTo("debug");
    assertThat(changes.get(1).getSetLogLevel().getLevel()).isEmpty();
    assertThat(run("log-level", "router-0", "root", "loud")).isEqualTo(ExitCode.USAGE);
  }
}
