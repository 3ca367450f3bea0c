package io.ringtail.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.cli.SampleAnswers;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.render.Screen;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class DrainWaitTest {
  private final StringWriter told = new StringWriter();
  private long nowNanos;

  private final DrainWait.Pace pace =
      new DrainWait.Pace() {
        @Override
        public long nowNanos() {
          return nowNanos;
        }

        @Override
        public void pause() {
          nowNanos += Duration.ofSeconds(1).toNanos();
        }
      };

  /**
   * @param status by how many seconds have passed
   */
  private void await(IntFunction<ClusterStatus> status) throws InterruptedException {
    Screen talk = new Screen(new PrintWriter(told), 80, false, false);
    new DrainWait(
            () -> status.apply((int) Duration.ofNanos(nowNanos).toSeconds()),
            "sampler-1",
            Duration.ofSeconds(30),
            talk,
            pace)
        .untilEmpty();
  }

  private static ClusterStatus with(MemberState state, double share, int traces) {
    ClusterStatus.Builder status = SampleAnswers.status().toBuilder();
    status.getNodesBuilder(2).getMemberBuilder().setState(state).setSlotShare(share);
    status.getNodesBuilder(2).getStatusBuilder().setState(state);
    status
        .getNodesBuilder(2)
        .getStatusBuilder()
        .setDrainedByOperator(state == MemberState.DRAINING)
        .getSamplerBuilder()
        .clearDestinations()
        .getOpenTracesBuilder()
        .setUsed(traces);
    return status.build();
  }

  @Test
  void empty_onlyOnceItsSlotsAreAnothers() throws Exception {
    await(
        second ->
            switch (second) {
              case 0 -> with(MemberState.ACTIVE, 0.5, 0);
              case 1 -> with(MemberState.DRAINING, 0.5, 0);
              case 2 -> with(MemberState.DRAINING, 0, 3);
              default -> with(MemberState.DRAINING, 0, 0);
            });
    assertThat(told.toString().lines())
        .containsExactly(
            "sampler-1: 50.0% of the slots, 0 open traces (117.7 MiB), 0 to hand over, and 0 spans to"
                + " export",
            "sampler-1: 3 open traces (117.7 MiB), 0 to hand over, and 0 spans to export",
            "sampler-1 is empty after 3.0s");
  }

  @Test
  void undrained_meanwhile_ends() {
    assertThatThrownBy(
            () ->
                await(
                    s ->
                        with(
                            s < 3 ? MemberState.DRAINING : MemberState.ACTIVE, s < 3 ? 0 : 0.5, 9)))
        .isInstanceOf(CommandFailedException.class)
        .hasMessage("sampler-1 is not draining any more");
    assertThat(Duration.ofNanos(nowNanos)).isEqualTo(Duration.ofSeconds(6));
  }

  @Test
  void notEmpty_inTime_ends() {
    assertThatThrownBy(() -> await(s -> with(MemberState.DRAINING, 0, 9)))
        .isInstanceOf(CommandFailedException.class)
        .hasMessage("sampler-1 is not empty after 30s (--within); it goes on");
    assertThat(told.toString()).hasLineCount(1);
  }

  @Test
  void silentAndThenGone_isOver() throws Exception {
    ClusterStatus.Builder gone = SampleAnswers.status().toBuilder();
    gone.removeNodes(2);
    await(s -> s < 2 ? SampleAnswers.oneSilent() : gone.build());
    assertThat(told.toString().lines())
        .containsExactly(
            "sampler-1 does not answer: no answer within 2000 ms",
            "sampler-1 has left the cluster");
  }
}
