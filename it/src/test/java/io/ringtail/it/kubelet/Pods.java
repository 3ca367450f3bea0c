package io.ringtail.it.kubelet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The pods there are: started, looked at, stopped, each with a place in the network. Threads: any;
 * {@link #look} by one.
 */
final class Pods {
  private static final long READY_LIMIT_SECONDS = 120;

  private final PodNetwork network;
  private final Pod.Surroundings around;
  private final List<Pod> pods = new CopyOnWriteArrayList<>();
  private final List<Pod.Stop> stops = new CopyOnWriteArrayList<>();
  private final ExecutorService stopping = Executors.newCachedThreadPool();
  private volatile @Nullable Throwable broken;

  Pods(PodNetwork network, Pod.Surroundings around) {
    this.network = network;
    this.around = around;
  }

  // ---- their life

  /** Starts one of a Deployment's or a StatefulSet's. */
  Pod start(String name, Manifest owner) throws IOException, InterruptedException {
    return start(name, owner.at("spec", "template"), owner.at("spec", "volumeClaimTemplates"));
  }

  private synchronized Pod start(String name, Manifest template, Manifest claims)
      throws IOException, InterruptedException {
    Pod pod = new Pod(name, template, claims, network.attach(), around);
    pods.add(pod);
    return pod;
  }

  /** Starts one that is nobody's, waits for its end, and takes it away. */
  Pod.End runOnce(Manifest manifest) throws IOException, InterruptedException {
    Pod pod = start(manifest.name(), manifest, new Manifest(null));
    try {
      return pod.awaitEnd();
    } finally {
      pod.close();
      remove(pod);
    }
  }

  private void remove(Pod pod) throws IOException, InterruptedException {
    pods.remove(pod);
    network.detach(pod.place());
  }

  /** Looks at each: restarts what has ended, probes. */
  void look(long nowNanos) throws IOException {
    for (Pod pod : pods) {
      pod.look(nowNanos);
    }
  }

  /** Whoever waits for a pod is told: nobody looks any more. */
  void broken(Throwable e) {
    broken = e;
  }

  /** Until it has been ready for {@code minReadySeconds}: then a rollout counts it as available. */
  void awaitReady(Pod pod, Manifest owner) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_LIMIT_SECONDS);
    long steadyNanos = TimeUnit.SECONDS.toNanos(owner.at("spec", "minReadySeconds").number(0));
    while (pod.readyNanos(System.nanoTime()) < steadyNanos) {
      Throwable e = broken;
      if (e != null) {
        throw new IOException("the kubelet has failed", e);
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(pod.name() + " is not ready; its log: " + pod.log());
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /**
   * Stops pods, each with its grace.
   *
   * @param together else one after the other
   */
  void stop(List<Pod> which, boolean together) throws IOException, InterruptedException {
    List<Future<?>> ends = new ArrayList<>();
    for (Pod pod : which) {
      pod.markStopping();
      Future<?> end =
          stopping.submit(
              () -> {
                stops.add(pod.stop());
                remove(pod);
                return true;
              });
      if (together) {
        ends.add(end);
      } else {
        await(end);
      }
    }
    for (Future<?> end : ends) {
      await(end);
    }
  }

  /** Waits for a step of another thread; fails as it did. */
  static void await(Future<?> step) throws IOException, InterruptedException {
    try {
      step.get();
    } catch (ExecutionException e) {
      throw new IOException(Objects.requireNonNull(e.getCause()).toString(), e.getCause());
    }
  }

  /** Ends a pod's process as {@code kill -9} would, and waits until it is ready again. */
  void kill(Pod pod) throws IOException, InterruptedException {
    int before = pod.restarts();
    pod.kill();
    while (pod.restarts() == before) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    awaitReady(pod, new Manifest(null));
  }

  // ---- views

  List<Pod> all() {
    return List.copyOf(pods);
  }

  /** Those of a Deployment or StatefulSet that are not stopping. */
  List<Pod> of(Manifest owner) {
    Map<String, String> selector = owner.at("spec", "selector", "matchLabels").entries();
    return pods.stream()
        .filter(pod -> !pod.isStopping() && Manifest.selects(selector, pod.labels()))
        .toList();
  }

  /** The one of that name that is not stopping. */
  @Nullable Pod named(String name) {
    return pods.stream()
        .filter(pod -> pod.name().equals(name) && !pod.isStopping())
        .findFirst()
        .orElse(null);
  }

  /** Whether it is as its owner's template says now. */
  static boolean isCurrent(Pod pod, Manifest owner) {
    return pod.template().equals(owner.at("spec", "template"));
  }

  /** Stops so far, in their order. */
  List<Pod.Stop> stops() {
    return List.copyOf(stops);
  }

  void close() throws IOException {
    stopping.shutdownNow();
    for (Pod pod : pods) {
      pod.close();
    }
  }
}
