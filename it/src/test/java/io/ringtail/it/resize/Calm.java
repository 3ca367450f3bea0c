package io.ringtail.it.resize;

import io.ringtail.admin.v1.ClusterStatus;
import io.ringtail.it.harness.AdminCalls;
import io.ringtail.it.harness.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What one waits for in a scene, by what its nodes say of themselves. Threads: the test's. */
final class Calm {
  /** More than anything takes that ends at all, on a machine that does other things too. */
  static final Duration LIMIT = Duration.ofMinutes(3);

  private final Nodes nodes;
  private final Path directory;

  /**
   * @param directory takes what a node that does not come to rest says
   */
  Calm(Nodes nodes, Path directory) {
    this.nodes = nodes;
    this.directory = directory;
  }

  static boolean isReady(Cluster.Node node) throws InterruptedException {
    return holds(n -> n.get("/readyz").statusCode() == 200, node);
  }

  /** No spans are undecided or on their way out. */
  void nothingHeld() throws IOException, InterruptedException {
    await("no held spans", node -> node.metric("ringtail_sampler_held_spans") == 0);
  }

  /** A sampler has more epochs in use than it had. */
  void epochAfter(Cluster.Node sampler, double epochs) throws IOException, InterruptedException {
    await(
        "a further epoch",
        node -> !node.equals(sampler) || node.metric("ringtail_cluster_epochs_total") > epochs);
  }

  /** Every node's epoch names exactly the nodes there are. */
  void members() throws IOException, InterruptedException {
    await("members", node -> node.metric("ringtail_cluster_members") == nodes.all().size());
  }

  /** Members agree, no slot is held, nothing is on its way between samplers. */
  void calm() throws IOException, InterruptedException {
    members();
    await(
        "no held slots, nothing to hand off",
        node ->
            node.metric("ringtail_sampler_held_slots") == 0
                && node.metric("ringtail_sampler_questions_open") == 0
                && node.metric("ringtail_router_replay_open_questions") == 0
                && (node.isRouter() || hasHandedOff(node)));
  }

  /** All nodes go by one epoch, in which so many samplers own slots. */
  void owners(int owners) throws InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    try (AdminCalls router = new AdminCalls(nodes.routers().get(0))) {
      while (!agree(router.status(), owners)) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError("not within " + LIMIT + ": slots are of " + owners);
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  private static boolean agree(ClusterStatus status, int owners) {
    return status.getEpochsAgree()
        && status.getNodesList().stream().filter(n -> n.getMember().getSlotShare() > 0).count()
            == owners;
  }

  private static boolean hasHandedOff(Cluster.Node sampler)
      throws IOException, InterruptedException {
    return sampler.metric("ringtail_sampler_handoff_complete_epoch")
        == sampler.metric("ringtail_cluster_epoch_number");
  }

  private interface Condition {
    boolean holds(Cluster.Node node) throws IOException, InterruptedException;
  }

  private void await(String what, Condition condition) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    for (Cluster.Node node : nodes.all()) {
      while (!holds(condition, node)) {
        if (System.nanoTime() > deadline) {
          String name = node.process().name();
          Path file = directory.resolve("stuck-" + name + ".txt");
          Files.writeString(file, state(node));
          throw new AssertionError(name + ": not within " + LIMIT + ": " + what + ", see " + file);
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  private static boolean holds(Condition condition, Cluster.Node node) throws InterruptedException {
    try {
      return condition.holds(node);
    } catch (IOException e) {
      return false; // it is starting, or stopped for a while
    }
  }

  private static String state(Cluster.Node node) throws InterruptedException {
    try {
      return node.get("/readyz").body() + node.get("/metrics").body() + node.process().log();
    } catch (IOException e) {
      return e + "\n" + node.process().log();
    }
  }

  /**
   * No more of what has been kept waits for the backend.
   *
   * @param spans may be in a queue: while load goes on, some always are
   */
  void exported(int spans) throws IOException, InterruptedException {
    await(
        "exported all but " + spans + " spans",
        node ->
            node.metric("ringtail_sampler_waiting_traces") == 0
                && node.metric("ringtail_sampler_export_disk_bytes") == 0
                && node.metric("ringtail_sampler_export_queued_spans") <= spans);
  }

  /** Logs hold no more than they do while nothing happens. */
  void settledLogs() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (logSeconds() > Scene.DECISION_WAIT.toSeconds() + 2) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the oldest part in a log is " + logSeconds() + " s old");
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** Age of the oldest part in any router's log: what is settled has gone from it. */
  double logSeconds() throws IOException, InterruptedException {
    double oldest = 0;
    for (Cluster.Node router : nodes.routers()) {
      oldest = Math.max(oldest, router.metric("ringtail_router_retention_oldest_seconds"));
    }
    return oldest;
  }
}
