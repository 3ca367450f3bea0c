package io.ringtail.it.kubelet;

import io.ringtail.it.harness.MemoryGroup;
import io.ringtail.it.kubelet.PodNetwork.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One pod of one container, running: a process in a network namespace, a root and, if it has a
 * memory limit and this machine allows, a control group of its own. Threads: the kubelet's.
 */
public final class Pod {
  private static final int LONGEST_RUN_SECONDS = 600;

  private final String name;
  private final Manifest template;
  private final Manifest container;
  private final Place place;
  private final Surroundings around;
  private final Path script;
  private final boolean runsOnce;
  private final @Nullable MemoryGroup memory;
  private Process process;
  private @Nullable Probe startup;
  private @Nullable Probe readiness;
  private @Nullable Probe liveness;
  private int restarts;
  private volatile boolean stopping;
  private volatile boolean ready;
  private volatile long readySinceNanos;

  /**
   * What a pod finds.
   *
   * @param directory for its script and logs
   * @param image what containers run on
   * @param objects ConfigMaps and Secrets
   * @param namespace of Kubernetes
   */
  record Surroundings(
      Path directory, ContainerImage image, PodFiles.Objects objects, String namespace) {}

  Pod(String name, Manifest template, Manifest claims, Place place, Surroundings around)
      throws IOException, InterruptedException {
    this.name = name;
    this.template = template;
    this.place = place;
    this.around = around;
    List<Manifest> containers = template.at("spec", "containers").items();
    if (containers.size() != 1 || template.at("spec", "initContainers").isThere()) {
      throw new IllegalArgumentException(name + ": not one container");
    }
    this.container = containers.get(0);
    ContainerScript text = new ContainerScript(name, template, container, place, around);
    this.runsOnce = template.at("spec", "restartPolicy").text().equals("Never");
    Files.createDirectories(around.directory());
    Map<String, Path> volumes =
        new PodFiles(around.directory().resolve("volumes-" + name), around.objects(), text.user())
            .lay(template.at("spec"), claims);
    this.script = Files.writeString(around.directory().resolve(name + ".sh"), text.text(volumes));
    this.memory = group();
    this.process = start();
  }

  private @Nullable MemoryGroup group() throws IOException {
    String limit = container.at("resources", "limits", "memory").text();
    return limit.isEmpty() || !MemoryGroup.available()
        ? null
        : MemoryGroup.create(name, Quantity.bytes(limit));
  }

  private Process start() throws IOException {
    List<String> command = new ArrayList<>();
    if (memory != null) {
      command.addAll(memory.prefix());
    }
    command.addAll(
        List.of(
            "nsenter",
            "--net=/run/netns/" + place.namespace(),
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "sh",
            script.toString()));
    Path log = around.directory().resolve(name + ".log");
    ProcessBuilder.Redirect append = ProcessBuilder.Redirect.appendTo(log.toFile());
    long now = System.nanoTime();
    startup = probe("startupProbe", now);
    readiness = probe("readinessProbe", now);
    liveness = probe("livenessProbe", now);
    return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(append).start();
  }

  private @Nullable Probe probe(String kind, long now) {
    Manifest spec = container.at(kind);
    return spec.isThere() ? new Probe(spec, this::port, now) : null;
  }

  /** A container port's number. */
  private int port(String nameOrNumber) {
    return container.at("ports").items().stream()
        .filter(p -> p.at("name").text().equals(nameOrNumber))
        .mapToInt(p -> p.at("containerPort").number(0))
        .findFirst()
        .orElseGet(() -> Integer.parseInt(nameOrNumber));
  }

  // ---- its life

  /** One look: restarts what has ended, asks what is due to be asked. */
  void look(long nowNanos) throws IOException {
    if (stopping) {
      return;
    }
    if (!process.isAlive()) {
      ready = false;
      if (runsOnce) {
        return;
      }
      restarts++;
      process = start();
      return;
    }
    Probe first = startup;
    if (first != null && !first.succeeded()) {
      first.look(place.address(), nowNanos);
      if (first.failed()) {
        process.destroyForcibly();
      }
      return;
    }
    startup = null;
    Probe alive = liveness;
    if (alive != null) {
      alive.look(place.address(), nowNanos);
      if (alive.failed()) {
        process.destroyForcibly();
      }
    }
    Probe accepts = readiness;
    if (accepts != null) {
      accepts.look(place.address(), nowNanos);
    }
    ready(accepts == null || accepts.succeeded() || (ready && !accepts.failed()), nowNanos);
  }

  private void ready(boolean now, long nowNanos) {
    if (!ready) {
      readySinceNanos = nowNanos;
    }
    ready = now;
  }

  /** What a stop took. */
  public record Stop(String pod, double seconds, int graceSeconds, int exitCode) {
    /** Whether it ended by itself, in time and well. */
    public boolean isClean() {
      return seconds < graceSeconds && exitCode == 0;
    }
  }

  /** From now on no endpoint. */
  void markStopping() {
    stopping = true;
    ready = false;
  }

  /** preStop, SIGTERM, grace, SIGKILL. */
  Stop stop() throws IOException, InterruptedException {
    markStopping();
    int grace = template.at("spec", "terminationGracePeriodSeconds").number(30);
    long begin = System.nanoTime();
    Manifest preStop = container.at("lifecycle", "preStop");
    if (preStop.at("sleep").isThere()) {
      TimeUnit.SECONDS.sleep(preStop.at("sleep", "seconds").number(0));
    } else if (preStop.isThere()) {
      throw new IllegalArgumentException(name + ": a preStop of another kind: " + preStop);
    }
    process.toHandle().destroy();
    long left = begin + TimeUnit.SECONDS.toNanos(grace) - System.nanoTime();
    boolean ended = process.waitFor(Math.max(1, left), TimeUnit.NANOSECONDS);
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    close();
    return new Stop(name, seconds, grace, process.exitValue());
  }

  /**
   * How a pod that is not restarted has ended.
   *
   * @param exitCode of its container; 137 if it was killed at its deadline
   * @param memoryKills processes in it that the kernel killed for want of memory
   * @param peakBytes the most memory it has used; 0 if unknown
   * @param log what it said
   */
  public record End(String pod, int exitCode, long memoryKills, long peakBytes, Path log) {
    /** Whether it did what it was to. */
    public boolean isClean() {
      return exitCode == 0 && memoryKills == 0;
    }
  }

  /** Waits until the container of such a pod has ended, or its deadline is over. */
  End awaitEnd() throws IOException, InterruptedException {
    int seconds = template.at("spec", "activeDeadlineSeconds").number(LONGEST_RUN_SECONDS);
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      kill();
    }
    long[] used = memoryKillsAndPeak();
    return new End(name, process.exitValue(), used[0], used[1], log());
  }

  /** {@code kill -9} of its process: the kubelet starts it again in the same pod. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (memory != null) {
      memory.close();
    }
  }

  public String name() {
    return name;
  }

  public String address() {
    return place.address();
  }

  Place place() {
    return place;
  }

  Manifest template() {
    return template;
  }

  Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>(template.at("metadata", "labels").entries());
    labels.put("statefulset.kubernetes.io/pod-name", name);
    return labels;
  }

  public boolean isReady() {
    return ready;
  }

  /** For how long it has been ready; negative if it is not. */
  long readyNanos(long nowNanos) {
    return ready ? nowNanos - readySinceNanos : -1;
  }

  boolean isStopping() {
    return stopping;
  }

  /** Times its container was started again. */
  public int restarts() {
    return restarts;
  }

  /**
   * Processes the kernel killed for want of memory, and the most the pod has used; 0 if unknown.
   */
  public long[] memoryKillsAndPeak() throws IOException {
    return memory == null ? new long[2] : new long[] {memory.kills(), memory.peakBytes()};
  }

  /** Words to run a command in its network. */
  public List<String> inside() {
    return List.of("nsenter", "--net=/run/netns/" + place.namespace());
  }

  /** Its log, as {@code kubectl logs} would have it. */
  public Path log() {
    return around.directory().resolve(name + ".log");
  }
}
