package io.ringtail.cli.admin;

import io.ringtail.admin.findings.Emptiness;
import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.admin.v1.MemberState;
import io.ringtail.admin.v1.NodeAnswer;
import io.ringtail.admin.v1.NodeStatus;
import io.ringtail.cli.exit.CommandFailedException;
import io.ringtail.cli.exit.ExitCode;
import io.ringtail.cli.render.Amounts;
import io.ringtail.cli.render.Screen;
import io.ringtail.config.DurationText;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Waits for a draining node to be empty, and tells how far it is. */
final class DrainWait {
  /** Time as it passes for a command; tests have their own. */
  interface Pace {
    long nowNanos();

    void pause() throws InterruptedException;
  }

  static final Pace REAL_TIME =
      new Pace() {
        @Override
        public long nowNanos() {
          return System.nanoTime();
        }

        @Override
        public void pause() throws InterruptedException {
          TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
      };

  private static final long PAUSE_MILLIS = 500;

  /** Until then a node may not have heard of it yet. */
  private static final Duration TO_BEGIN = Duration.ofSeconds(5);

  private final Supplier<ClusterStatus> asked;
  private final String node;
  private final Duration within;
  private final Screen talk;
  private final Pace pace;
  private final long startNanos;
  private String told = "";

  DrainWait(Supplier<ClusterStatus> asked, String node, Duration within, Screen talk, Pace pace) {
    this.asked = asked;
    this.node = node;
    this.within = within;
    this.talk = talk;
    this.pace = pace;
    startNanos = pace.nowNanos();
  }

  /**
   * @throws CommandFailedException if it is undrained meanwhile, or takes too long
   */
  void untilEmpty() throws InterruptedException {
    while (!isOver(asked.get())) {
      if (waited().compareTo(within) > 0) {
        throw new CommandFailedException(
            ExitCode.PROBLEM,
            node + " is not empty after " + DurationText.print(within) + " (--within); it goes on");
      }
      pace.pause();
    }
  }

  private boolean isOver(ClusterStatus status) {
    Optional<NodeAnswer> answer =
        status.getNodesList().stream()
            .filter(n -> n.getMember().getNodeId().equals(node))
            .findFirst();
    if (answer.isEmpty()) {
      tell(node + " has left the cluster");
      return true;
    }
    if (!answer.get().hasStatus()) {
      tell(node + " does not answer: " + answer.get().getNoAnswer());
      return false;
    }
    return isEmpty(answer.get());
  }

  private boolean isEmpty(NodeAnswer answer) {
    NodeStatus status = answer.getStatus();
    boolean draining = status.getState() == MemberState.DRAINING;
    if (!draining && !status.getDrainedByOperator() && waited().compareTo(TO_BEGIN) > 0) {
      throw new CommandFailedException(ExitCode.PROBLEM, node + " is not draining any more");
    }
    boolean owner = answer.getMember().getSlotShare() > 0;
    if (draining && !owner && Emptiness.isEmpty(status)) {
      tell(node + " is empty after " + Amounts.seconds(waited().toMillis() / 1000.0));
      return true;
    }
    tell(
        node
            + ": "
            + (owner ? Amounts.percent(answer.getMember().getSlotShare()) + " of the slots, " : "")
            + Emptiness.left(status));
    return false;
  }

  private Duration waited() {
    return Duration.ofNanos(pace.nowNanos() - startNanos);
  }

  private void tell(String line) {
    if (!line.equals(told)) {
      talk.line(line);
      talk.flush();
      told = line;
    }
  }
}
