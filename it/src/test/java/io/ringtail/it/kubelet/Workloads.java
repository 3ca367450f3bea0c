package io.ringtail.it.kubelet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
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
  private static final String ZONE = ".svc.cluster.local";

  private final ClusterDns dns;
  private final String namespace;
  private final Map<String, Manifest> objects = new ConcurrentHashMap<>();
  private final Pods pods;
  private final Rollouts rollouts;
  private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService rolling = Executors.newCachedThreadPool();
  private volatile Runnable onEndpoints = () -> {};

  public Workloads(
      Path directory, ContainerImage image, PodNetwork network, ClusterDns dns, String namespace) {
    this.dns = dns;
    this.namespace = namespace;
    this.pods =
        new Pods(network, new Pod.Surroundings(directory, image, this::contents, namespace));
    this.rollouts = new Rollouts(pods);
    var unused =
        looking.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private @Nullable Map<String, byte[]> contents(String kind, String name) {
    Manifest found = objects.get(kind + "/" + name);
    return found == null ? null : PodFiles.contents(found);
  }

  /**
   * @param told when endpoints may have changed
   */
  public void onEndpoints(Runnable told) {
    onEndpoints = told;
  }

  private void look() {
    try {
      pods.look(System.nanoTime());
      dns.answer(addresses());
      onEndpoints.run();
    } catch (IOException | RuntimeException e) {
      pods.broken(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- Services

  /** Of each Service, and of each pod below a StatefulSet's. */
  private Map<String, List<String>> addresses() {
    Map<String, List<String>> addresses = new TreeMap<>();
    for (Manifest service : ofKind("Service")) {
      String name = service.name() + "." + namespace + ZONE;
      for (Pod pod : behind(service)) {
        addresses.computeIfAbsent(name, n -> new ArrayList<>()).add(pod.address());
        addresses.put(pod.name() + "." + name, List.of(pod.address()));
      }
    }
    return addresses;
  }

  private List<Pod> behind(Manifest service) {
    Map<String, String> selector = service.at("spec", "selector").entries();
    boolean all = service.at("spec", "publishNotReadyAddresses").text().equals("true");
    return pods.all().stream()
        .filter(pod -> Manifest.selects(selector, pod.labels()))
        .filter(pod -> pod.isReady() || (all && !pod.isStopping()))
        .toList();
  }

  /** Addresses of the pods behind the Services whose name ends so. */
  public List<String> endpoints(String nameEnd) {
    return ofKind("Service").stream()
        .filter(service -> service.name().endsWith(nameEnd))
        .flatMap(service -> behind(service).stream())
        .map(Pod::address)
        .distinct()
        .toList();
  }

  private List<Manifest> ofKind(String kind) {
    return objects.entrySet().stream()
        .filter(e -> e.getKey().startsWith(kind + "/"))
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .toList();
  }

  // ---- what is wanted

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
    List<Future<?>> steps = new ArrayList<>();
    for (Manifest set : ofKind("StatefulSet")) {
      steps.add(rolling.submit(() -> done(() -> rollouts.statefulSet(set))));
    }
    for (Manifest deployment : ofKind("Deployment")) {
      steps.add(rolling.submit(() -> done(() -> rollouts.deployment(deployment))));
    }
    for (Future<?> step : steps) {
      Pods.await(step);
    }
  }

  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  private static boolean done(Step step) throws IOException, InterruptedException {
    step.run();
    return true;
  }

  /** Starts a pod that is nobody's, as Helm does a hook; waits for its end, and takes it away. */
  public Pod.End runOnce(Manifest pod) throws IOException, InterruptedException {
    return pods.runOnce(pod);
  }

  /** Ends a pod's process as {@code kill -9} would, and waits until it is ready again. */
  public void kill(Pod pod) throws IOException, InterruptedException {
    pods.kill(pod);
  }

  /** Pods of the Deployment or StatefulSet whose name ends so. */
  public List<Pod> pods(String kind, String nameEnd) {
    return ofKind(kind).stream()
        .filter(owner -> owner.name().endsWith(nameEnd))
        .flatMap(owner -> pods.of(owner).stream())
        .toList();
  }

  public List<Pod> pods() {
    return pods.all();
  }

  /** Stops so far, in their order. */
  public List<Pod.Stop> stops() {
    return pods.stops();
  }

  @Override
  public void close() throws IOException {
    looking.shutdownNow();
    rolling.shutdownNow();
    pods.close();
  }
}
