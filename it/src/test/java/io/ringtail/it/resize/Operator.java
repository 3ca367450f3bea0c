package io.ringtail.it.resize;

import io.grpc.StatusRuntimeException;
import io.ringtail.admin.v1.Change;
import io.ringtail.admin.v1.Drain;
import io.ringtail.admin.v1.Undrain;
import io.ringtail.it.harness.AdminCalls;
import io.ringtail.it.harness.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Changes a cluster while its processes run, as its operator would: by a config file or an order.
 * Threads: the test's.
 */
final class Operator {
  private final Cluster cluster;
  private final Nodes nodes;
  private final Calm calm;

  Operator(Cluster cluster, Nodes nodes, Calm calm) {
    this.cluster = cluster;
    this.nodes = nodes;
    this.calm = calm;
  }

  /** Writes another weight into a sampler's config file and waits until an epoch has it. */
  void weight(Cluster.Node sampler, int weight) throws IOException, InterruptedException {
    Path file = cluster.configFile(sampler.process().name());
    String text = Files.readString(file);
    double before = sampler.metric("ringtail_cluster_epochs_total");
    String key = "\nsampler:\n";
    text = text.replaceFirst(key + "  weight: .*\n", key);
    Files.writeString(file, text.replace(key, key + "  weight: " + weight + "\n"));
    nodes.weighs(sampler, weight);
    calm.epochAfter(sampler, before);
  }

  /** Has a sampler drained, by asking another node, or takes that back. */
  void drained(Cluster.Node sampler, boolean drained) throws InterruptedException {
    Change.Builder change = Change.newBuilder().setNodeId(Nodes.nodeId(sampler));
    if (drained) {
      order(change.setDrain(Drain.getDefaultInstance()).build());
      nodes.ownsNothing(sampler);
    } else {
      order(change.setUndrain(Undrain.getDefaultInstance()).build());
      nodes.weighs(sampler, Nodes.DEFAULT_WEIGHT);
    }
  }

  /** Again, if a sampler is too busy to answer in time: to be told twice changes nothing. */
  private void order(Change change) throws InterruptedException {
    long deadline = System.nanoTime() + Calm.LIMIT.toNanos();
    try (AdminCalls router = new AdminCalls(nodes.routers().get(0))) {
      while (true) {
        try {
          var unused = router.force(change);
          return;
        } catch (StatusRuntimeException e) {
          if (System.nanoTime() > deadline) {
            throw e;
          }
          TimeUnit.MILLISECONDS.sleep(500);
        }
      }
    }
  }
}
