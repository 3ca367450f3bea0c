package io.ringtail.it.resize;

import io.ringtail.it.harness.Cluster;
import io.ringtail.ring.RingMember;
import io.ringtail.ring.RingTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The nodes a scene has at present, the oldest first, and the weights of its samplers: what every
 * one of them should come to know. Threads: the test's.
 */
final class Nodes {
  static final int DEFAULT_WEIGHT = 100;

  private final Cluster cluster;
  private final List<Cluster.Node> routers = new ArrayList<>();
  private final List<Cluster.Node> samplers = new ArrayList<>();
  private final Map<String, Integer> weights = new TreeMap<>();
  private int started;

  Nodes(Cluster cluster) {
    this.cluster = cluster;
  }

  List<Cluster.Node> samplers() {
    return samplers;
  }

  List<Cluster.Node> routers() {
    return routers;
  }

  List<Cluster.Node> all() {
    List<Cluster.Node> all = new ArrayList<>(samplers);
    all.addAll(routers);
    return all;
  }

  /** The sampler that makes the epochs. */
  Cluster.Node coordinator() throws IOException, InterruptedException {
    for (Cluster.Node sampler : samplers) {
      if (sampler.metric("ringtail_cluster_coordinator") == 1) {
        return sampler;
      }
    }
    throw new AssertionError("nobody coordinates");
  }

  /** Starts a sampler of a new node id; does not wait. */
  Cluster.Node joinSampler() throws IOException {
    String id = "sampler-" + started++;
    return started(cluster.startSampler(id, id));
  }

  /** Starts a sampler again under the node id of one that is gone; does not wait. */
  Cluster.Node restartSampler(Cluster.Node gone) throws IOException {
    String id = nodeId(gone);
    return started(cluster.startSampler(id + "-" + ++started, id));
  }

  private Cluster.Node started(Cluster.Node sampler) {
    samplers.add(sampler);
    weighs(sampler, DEFAULT_WEIGHT);
    return sampler;
  }

  Cluster.Node startRouter(String nodeId) throws IOException {
    Cluster.Node node = cluster.startRouter(nodeId);
    routers.add(node);
    return node;
  }

  static String nodeId(Cluster.Node node) {
    String[] words = node.process().name().split("-");
    return words[0] + "-" + words[1];
  }

  void gone(Cluster.Node node) {
    routers.remove(node);
    if (samplers.remove(node)) {
      ownsNothing(node);
    }
  }

  void weighs(Cluster.Node sampler, int weight) {
    weights.put(nodeId(sampler), weight);
  }

  /** It is there, and no slot is its. */
  void ownsNothing(Cluster.Node sampler) {
    weights.remove(nodeId(sampler));
  }

  /** Who owns what. */
  RingTable ring() {
    return RingTable.build(
        weights.entrySet().stream().map(w -> new RingMember(w.getKey(), w.getValue())).toList());
  }
}
