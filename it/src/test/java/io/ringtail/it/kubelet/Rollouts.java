package io.ringtail.it.kubelet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * The controllers of StatefulSets and Deployments: each brings the pods to what a manifest says, by
 * the update and scaling rules of Kubernetes, and returns when that is done. Threads: one an
 * object.
 */
final class Rollouts {
  private final Pods pods;
  private int podNumber;

  Rollouts(Pods pods) {
    this.pods = pods;
  }

  // ---- StatefulSets

  void statefulSet(Manifest set) throws IOException, InterruptedException {
    int replicas = set.at("spec", "replicas").number(1);
    boolean parallel = set.at("spec", "podManagementPolicy").text().equals("Parallel");
    List<Pod> superfluous = new ArrayList<>();
    for (Pod pod : pods.of(set)) {
      if (ordinal(pod) >= replicas) {
        superfluous.add(pod);
      }
    }
    superfluous.sort(Comparator.comparingInt(Rollouts::ordinal).reversed());
    pods.stop(superfluous, parallel);
    for (int i = 0; i < replicas; i++) {
      String name = set.name() + "-" + i;
      if (pods.named(name) == null) {
        Pod made = pods.start(name, set);
        if (!parallel) {
          pods.awaitReady(made, set);
        }
      }
    }
    for (Pod pod : pods.of(set)) {
      if (Pods.isCurrent(pod, set)) {
        pods.awaitReady(pod, set);
      }
    }
    if (set.at("spec", "updateStrategy", "type").text().equals("OnDelete")) {
      return;
    }
    for (int i = replicas - 1; i >= 0; i--) {
      Pod pod = Objects.requireNonNull(pods.named(set.name() + "-" + i));
      if (!Pods.isCurrent(pod, set)) {
        pods.stop(List.of(pod), false);
        pods.awaitReady(pods.start(pod.name(), set), set);
      }
    }
  }

  private static int ordinal(Pod pod) {
    return Integer.parseInt(pod.name().substring(pod.name().lastIndexOf('-') + 1));
  }

  // ---- Deployments

  void deployment(Manifest deployment) throws IOException, InterruptedException {
    int replicas = deployment.at("spec", "replicas").number(1);
    Manifest rolling = deployment.at("spec", "strategy", "rollingUpdate");
    int surge = share(rolling.at("maxSurge"), replicas, true);
    int unavailable = share(rolling.at("maxUnavailable"), replicas, false);
    if (surge == 0 && unavailable == 0) {
      unavailable = 1;
    }
    while (true) {
      List<Pod> all = pods.of(deployment);
      List<Pod> old = all.stream().filter(pod -> !Pods.isCurrent(pod, deployment)).toList();
      List<Pod> current = all.stream().filter(pod -> Pods.isCurrent(pod, deployment)).toList();
      if (old.isEmpty() && current.size() == replicas) {
        break;
      }
      if (old.isEmpty() && current.size() > replicas) {
        pods.stop(current.subList(replicas, current.size()), true);
      } else if (current.size() < replicas && all.size() < replicas + surge) {
        int more = Math.min(replicas - current.size(), replicas + surge - all.size());
        for (int i = 0; i < more; i++) {
          pods.start(deployment.name() + "-" + ++podNumber, deployment);
        }
      } else {
        int ready = (int) all.stream().filter(Pod::isReady).count();
        int mayGo = ready - (replicas - unavailable);
        if (mayGo > 0 && !old.isEmpty()) {
          pods.stop(old.subList(0, Math.min(mayGo, old.size())), true);
        }
      }
      for (Pod pod : pods.of(deployment)) {
        if (Pods.isCurrent(pod, deployment)) {
          pods.awaitReady(pod, deployment);
        }
      }
    }
    for (Pod pod : pods.of(deployment)) {
      pods.awaitReady(pod, deployment);
    }
  }

  /** A number or a percentage of the replicas; 25 % if absent. */
  private static int share(Manifest value, int replicas, boolean roundUp) {
    String text = value.isThere() ? value.text() : "25%";
    if (!text.endsWith("%")) {
      return Integer.parseInt(text);
    }
    double share = replicas * Integer.parseInt(text.substring(0, text.length() - 1)) / 100.0;
    return (int) (roundUp ? Math.ceil(share) : Math.floor(share));
  }
}
