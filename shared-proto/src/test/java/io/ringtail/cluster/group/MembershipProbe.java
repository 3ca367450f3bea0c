package io.ringtail.cluster.group;

import static org.awaitility.Awaitility.await;

import io.ringtail.cluster.ClusterConfig;
import io.ringtail.cluster.Completion;
import io.ringtail.cluster.Epoch;
import io.ringtail.cluster.EpochListener;
import io.ringtail.cluster.EpochOrder;
import io.ringtail.cluster.Incarnation;
import io.ringtail.cluster.Member;
import io.ringtail.metrics.Metrics;
import io.ringtail.rules.Rules;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One node of a cluster and nothing else, for measuring how soon others notice what happens to it:
 * prints a line with the time of day in ms for each epoch and each change of its lease. Arguments:
 * node id, {@code ROUTER} or {@code SAMPLER}, a directory, or the own port and then all ports.
 */
final class MembershipProbe {
  private MembershipProbe() {}

  public static void main(String[] args) throws Exception {
    boolean directory = args[2].startsWith("/");
    ClusterConfig config =
        directory
            ? ClusterConfig.inDirectory("probe", args[2])
            : new ClusterConfig(
                "probe",
                "127.0.0.1",
                Integer.parseInt(args[2]),
                ClusterConfig.Discovery.STATIC,
                Arrays.stream(args).skip(3).map(p -> "127.0.0.1:" + p).toList(),
                "",
                "",
                "",
                List.of(),
                0);
    Member.Role role = Member.Role.valueOf(args[1]);
    Member self =
        new Member(
            args[0],
            new Incarnation(EpochOrder.NONE, ThreadLocalRandom.current().nextLong()),
            role,
            Member.State.ACTIVE,
            role == Member.Role.SAMPLER ? 100 : 0,
            "",
            "",
            "",
            1);
    JGroupsMembership membership =
        new JGroupsMembership(config, List::size, new Metrics(), Rules.ALL);
    Runtime.getRuntime().addShutdownHook(new Thread(membership::close));
    say(args[0], "starts");
    membership.start(self, new Printer(args[0], membership));
    say(args[0], "joined");
    for (boolean lease = true; ; lease = !lease) {
      boolean next = lease;
      await()
          .forever()
          .pollInterval(Duration.ofMillis(10))
          .until(() -> membership.mayDecide(System.nanoTime()) == next);
      say(args[0], next ? "may decide" : "may not decide");
    }
  }

  private static void say(String id, String what) {
    System.out.println(System.currentTimeMillis() + " " + id + " " + what);
  }

  private record Printer(String id, JGroupsMembership membership) implements EpochListener {
    @Override
    public void onEpoch(Epoch epoch) {
      membership.inUse(epoch);
      membership.complete(
          new Completion(
              epoch.member(id).map(m -> m.incarnation().bits()).orElse(0L),
              epoch.order(),
              EpochOrder.NONE));
      say(
          id,
          "epoch "
              + epoch.order()
              + " of "
              + epoch.coordinator()
              + " "
              + epoch.members().stream().map(Member::nodeId).toList()
              + " lost "
              + epoch.lost().stream().map(Member::nodeId).toList());
    }

    @Override
    public void onLost(Epoch epoch) {
      say(id, "lost in " + epoch.order());
      membership.comeBack(ThreadLocalRandom.current().nextLong());
    }

    @Override
    public void onCompletions(List<Completion> completions) {
      say(id, "completions " + completions.stream().map(c -> c.upTo().toString()).toList());
    }

    @Override
    public void onFenced(Member newer) {
      say(id, "fenced");
    }
  }
}
