package io.ringtail.it.kubelet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The controllers of Deployments and StatefulSets, the kubelet and the Services, as far as a chart
 * meets them: {@link #apply} brings pods to what manifests say, by the update and scaling rules of
 * Kubernetes, and returns when that is done. Pods beside it: probed, restarted, in the DNS.
 *
 * <p>Not as in a cluster: a Service that is not headless answers by DNS with its ready pods, since
 * nothing translates addresses here.
 *
 * <p>Threads: the test's applies; one looks at pods all the time.
 */
public final class Workloads implements AutoCloseable {
  private static final long LOOK_MILLIS = 200;
  private static final long READY_LIMIT_SECONDS = 120;
  private static final String ZONE = ".svc.cluster.local";

  private final PodNetwork network;
  private final ClusterDns dns;
  private final Pod.Surroundings around;
  private final Map<String, Manifest> objects = new ConcurrentHashMap<>();
  private final List<Pod> pods = new CopyOnWriteArrayList<>();
  private final List<Pod.Stop> stops = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService stopping = Executors.newCachedThreadPool();
  private volatile Runnable onEndpoints = () -> {};
  private volatile @Nullable Throwable broken;
  private int podNumber;

  public Workloads(
      Path directory, ContainerImage image, PodNetwork network, ClusterDns dns, String namespace) {
    this.network = network;
    this.dns = dns;
    this.around =
        new Pod.Surroundings(
            directory,
            image,
            (kind, name) -> {
              Manifest found = objects.get(kind + "/" + name);
              return found == null ? null : PodFiles.contents(found);
            },
            namespace);
    var unused =
        looking.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * @param told when endpoints may have changed
   */
  public void onEndpoints(Runnable told) {
    onEndpoints = told;
  }

  private void look() {
    try {
      long now = System.nanoTime();
      for (Pod pod : pods) {
        pod.look(now);
      }
      dns.answer(addresses());
      onEndpoints.run();
    } catch (IOException | RuntimeException e) {
      broken = e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Of each Service, and of each pod below a StatefulSet's. */
  private Map<String, List<String>> addresses() {
    Map<String, List<String>> addresses = new TreeMap<>();
    for (Manifest service : ofKind("Service")) {
      String name = service.name() + "." + around.namespace() + ZONE;
      boolean all = service.at("spec", "publishNotReadyAddresses").text().equals("true");
      for (Pod pod : selected(service)) {
        if (pod.isReady() || (all && !pod.isStopping())) {
          addresses.computeIfAbsent(name, n -> new ArrayList<>()).add(pod.address());
          addresses.put(pod.name() + "." + name, List.of(pod.address()));
        }
      }
    }
    return addresses;
  }

  private List<Pod> selected(Manifest service) {
    Map<String, String> selector = service.at("spec", "selector").entries();
    return pods.stream().filter(pod -> Manifest.selects(selector, pod.labels())).toList();
  }

  private List<Manifest> ofKind(String kind) {
    return objects.entrySet().stream()
        .filter(e -> e.getKey().startsWith(kind + "/"))
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Brings everything to what these manifests say; those that are gone from them end. */
  public void apply(String rendered) throws IOException, InterruptedException {
    Map<String, Manifest> wanted = new LinkedHashMap<>();
    for (Manifest manifest : Manifest.parse(rendered)) {
      boolean hook = manifest.at("metadata", "annotations").entries().containsKey("helm.sh/hook");
      if (!hook) {
        wanted.put(manifest.kind() + "/" + manifest.name(), manifest);
      }
    }
    objects.putAll(wanted);
    objects.keySet().retainAll(wanted.keySet());
    List<Future<?>> rollouts = new ArrayList<>();
    for (Manifest set : ofKind("StatefulSet")) {
      rollouts.add(stopping.submit(() -> done(() -> statefulSet(set))));
    }
    for (Manifest deployment : ofKind("Deployment")) {
      rollouts.add(stopping.submit(() -> done(() -> deployment(deployment))));
    }
    for (Future<?> rollout : rollouts) {
      await(rollout);
    }
  }

  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  private static boolean done(Step step) throws IOException, InterruptedException {
    step.run();
    return true;
  }

  private static void await(Future<?> step) throws IOException, InterruptedException {
    try {
      step.get();
    } catch (ExecutionException e) {
      throw new IOException(Objects.requireNonNull(e.getCause()).toString(), e.getCause());
    }
  }

  // ---- StatefulSets

  private void statefulSet(Manifest set) throws IOException, InterruptedException {
    int replicas = set.at("spec", "replicas").number(1);
    boolean parallel = set.at("spec", "podManagementPolicy").text().equals("Parallel");
    List<Pod> superfluous = new ArrayList<>();
    for (Pod pod : of(set)) {
      if (ordinal(pod) >= replicas) {
        superfluous.add(pod);
      }
    }
    superfluous.sort(Comparator.comparingInt(Workloads::ordinal).reversed());
    stop(superfluous, parallel);
    for (int i = 0; i < replicas; i++) {
      String name = set.name() + "-" + i;
      if (pod(name) == null) {
        Pod made = start(name, set);
        if (!parallel) {
          awaitReady(made, set);
        }
      }
    }
    for (Pod pod : of(set)) {
      if (isCurrent(pod, set)) {
        awaitReady(pod, set);
      }
    }
    if (set.at("spec", "updateStrategy", "type").text().equals("OnDelete")) {
      return;
    }
    for (int i = replicas - 1; i >= 0; i--) {
      Pod pod = Objects.requireNonNull(pod(set.name() + "-" + i));
      if (!isCurrent(pod, set)) {
        stop(List.of(pod), false);
        awaitReady(start(pod.name(), set), set);
      }
    }
  }

  private static int ordinal(Pod pod) {
    return Integer.parseInt(pod.name().substring(pod.name().lastIndexOf('-') + 1));
  }

  // ---- Deployments

  private void deployment(Manifest deployment) throws IOException, InterruptedException {
    int replicas = deployment.at("spec", "replicas").number(1);
    Manifest rolling = deployment.at("spec", "strategy", "rollingUpdate");
    int surge = share(rolling.at("maxSurge"), replicas, true);
    int unavailable = share(rolling.at("maxUnavailable"), replicas, false);
    if (surge == 0 && unavailable == 0) {
      unavailable = 1;
    }
    while (true) {
      List<Pod> all = of(deployment);
      List<Pod> old = all.stream().filter(pod -> !isCurrent(pod, deployment)).toList();
      List<Pod> current = all.stream().filter(pod -> isCurrent(pod, deployment)).toList();
      if (old.isEmpty() && current.size() == replicas) {
        break;
      }
      if (old.isEmpty() && current.size() > replicas) {
        stop(current.subList(replicas, current.size()), true);
      } else if (current.size() < replicas && all.size() < replicas + surge) {
        start(deployment.name() + "-" + ++podNumber, deployment);
      } else {
        int ready = (int) all.stream().filter(Pod::isReady).count();
        int mayGo = ready - (replicas - unavailable);
        if (mayGo > 0 && !old.isEmpty()) {
          stop(old.subList(0, Math.min(mayGo, old.size())), true);
        }
      }
      for (Pod pod : of(deployment)) {
        if (isCurrent(pod, deployment)) {
          awaitReady(pod, deployment);
        }
      }
    }
    for (Pod pod : of(deployment)) {
      awaitReady(pod, deployment);
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

  // ---- pods

  private synchronized Pod start(String name, Manifest owner)
      throws IOException, InterruptedException {
    Manifest template = owner.at("spec", "template");
    Pod pod =
        new Pod(name, template, owner.at("spec", "volumeClaimTemplates"), network.attach(), around);
    pods.add(pod);
    return pod;
  }

  private static boolean isCurrent(Pod pod, Manifest owner) {
    return pod.template().equals(owner.at("spec", "template"));
  }

  private void awaitReady(Pod pod, Manifest owner) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_LIMIT_SECONDS);
    long steady = TimeUnit.SECONDS.toMillis(owner.at("spec", "minReadySeconds").number(0));
    while (!pod.isReady()) {
      Throwable e = broken;
      if (e != null) {
        throw new IOException("the kubelet has failed", e);
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(pod.name() + " is not ready; its log: " + pod.log());
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    TimeUnit.MILLISECONDS.sleep(steady);
  }

  private void stop(List<Pod> which, boolean together) throws IOException, InterruptedException {
    List<Future<?>> ends = new ArrayList<>();
    for (Pod pod : which) {
      pod.markStopping();
      Future<?> end =
          stopping.submit(
              () -> {
                stops.add(pod.stop());
                pods.remove(pod);
                network.detach(pod.place());
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

  /** Ends a pod's process as {@code kill -9} would, and waits until it is ready again. */
  public void kill(Pod pod) throws IOException, InterruptedException {
    int before = pod.restarts();
    pod.kill();
    while (pod.restarts() == before) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    awaitReady(pod, new Manifest(null));
  }

  private List<Pod> of(Manifest owner) {
    Map<String, String> selector = owner.at("spec", "selector", "matchLabels").entries();
    return pods.stream()
        .filter(pod -> !pod.isStopping() && Manifest.selects(selector, pod.labels()))
        .toList();
  }

  private @Nullable Pod pod(String name) {
    return pods.stream()
        .filter(pod -> pod.name().equals(name) && !pod.isStopping())
        .findFirst()
        .orElse(null);
  }

  /** Pods of the Deployment or StatefulSet whose name ends so. */
  public List<Pod> pods(String kind, String nameEnd) {
    return ofKind(kind).stream()
        .filter(owner -> owner.name().endsWith(nameEnd))
        .flatMap(owner -> of(owner).stream())
        .toList();
  }

  public List<Pod> pods() {
    return List.copyOf(pods);
  }

  /** Stops so far, in their order. */
  public List<Pod.Stop> stops() {
    return List.copyOf(stops);
  }

  @Override
  public void close() throws IOException {
    looking.shutdownNow();
    stopping.shutdownNow();
    for (Pod pod : pods) {
      pod.close();
    }
  }
}
