package io.ringtail.it.kubelet;

import io.ringtail.it.harness.MemoryGroup;
import io.ringtail.it.kubelet.PodNetwork.Place;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One pod of one container, running: a process in a network namespace, a root and, if it has a
 * memory limit and this machine allows, a control group of its own. Threads: the kubelet's.
 */
public final class Pod {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\(([A-Za-z_][A-Za-z0-9_]*)\\)");

  private final String name;
  private final Manifest template;
  private final Manifest container;
  private final Place place;
  private final Map<String, Path> volumes;
  private final Surroundings around;
  private final @Nullable MemoryGroup memory;
  private Process process;
  private @Nullable Probe startup;
  private @Nullable Probe readiness;
  private @Nullable Probe liveness;
  private int restarts;
  private volatile boolean stopping;
  private volatile boolean ready;

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
    Files.createDirectories(around.directory());
    this.volumes =
        new PodFiles(around.directory().resolve("volumes-" + name), around.objects(), user())
            .lay(template.at("spec"), claims);
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
    Path script = Files.writeString(around.directory().resolve(name + ".sh"), script());
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

  private Manifest security(String key) {
    Manifest own = container.at("securityContext", key);
    return own.isThere() ? own : template.at("spec", "securityContext", key);
  }

  private String user() {
    int user = security("runAsUser").number(0);
    int group = security("runAsGroup").number(user);
    return user + ":" + group;
  }

  /** Mounts what the container sees below a root of its own, goes there and becomes it. */
  private String script() throws IOException {
    Path root = Files.createDirectories(around.directory().resolve("root-" + name));
    StringBuilder lines = new StringBuilder("set -e\nroot=" + root + "\n");
    lines.append("mount -t tmpfs -o mode=755,size=16m none $root\n");
    lines.append("mkdir -p $root/tmp $root/proc $root/dev $root/sys $root/etc\n");
    lines.append("chmod 1777 $root/tmp\n");
    for (String system : List.of("/proc", "/dev", "/sys")) {
      lines.append("mount --rbind ").append(system).append(" $root").append(system).append('\n');
    }
    around
        .image()
        .binds()
        .forEach(
            (at, from) -> {
              if (at.equals("/etc")) {
                lines.append("cp -a ").append(from).append("/. $root/etc/ 2>/dev/null || :\n");
              } else {
                bind(lines, from, at, true);
              }
            });
    lines.append("rm -f $root/etc/resolv.conf $root/etc/hosts\n");
    lines.append("printf '").append(resolv()).append("' > $root/etc/resolv.conf\n");
    lines.append("printf '127.0.0.1 localhost\\n").append(place.address()).append(' ');
    lines.append(name).append("\\n' > $root/etc/hosts\n");
    lines.append("printf '").append(name).append("\\n' > $root/etc/hostname\n");
    for (Manifest mount : container.at("volumeMounts").items()) {
      Path from = volumes.get(mount.at("name").text());
      if (from == null) {
        throw new IllegalArgumentException(name + ": no volume " + mount.at("name").text());
      }
      String sub = mount.at("subPath").text();
      bind(
          lines,
          sub.isEmpty() ? from : from.resolve(sub),
          mount.at("mountPath").text(),
          mount.at("readOnly").text().equals("true"));
    }
    if (security("readOnlyRootFilesystem").text().equals("true")) {
      lines.append("mount -o remount,ro $root\n");
    }
    lines.append("exec env -i");
    environment().forEach((key, v) -> lines.append(' ').append(quoted(key + "=" + v)));
    lines.append(" /usr/sbin/chroot --userspec=").append(user()).append(" $root");
    for (String word : words()) {
      lines.append(' ').append(quoted(word));
    }
    return lines.append('\n').toString();
  }

  private static void bind(StringBuilder lines, Path from, String at, boolean readOnly) {
    lines.append("mkdir -p $root").append(at).append('\n');
    lines.append("mount --bind ").append(from).append(" $root").append(at).append('\n');
    if (readOnly) {
      lines.append("mount -o remount,bind,ro $root").append(at).append('\n');
    }
  }

  private String resolv() {
    return "nameserver "
        + PodNetwork.HERE
        + "\\nsearch "
        + around.namespace()
        + ".svc.cluster.local svc.cluster.local cluster.local\\noptions ndots:5\\n";
  }

  private List<String> words() {
    List<String> command = container.at("command").texts();
    List<String> words = new ArrayList<>(command.isEmpty() ? around.image().entrypoint() : command);
    Map<String, String> environment = environment();
    container.at("args").texts().forEach(arg -> words.add(expanded(arg, environment)));
    return words;
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("HOSTNAME", name);
    for (String each : around.image().environment()) {
      environment.put(each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
    }
    for (Manifest variable : container.at("env").items()) {
      environment.put(variable.at("name").text(), expanded(value(variable), environment));
    }
    return environment;
  }

  private String value(Manifest variable) {
    Manifest from = variable.at("valueFrom");
    if (!from.isThere()) {
      return variable.at("value").text();
    }
    if (from.at("fieldRef").isThere()) {
      return field(from.at("fieldRef", "fieldPath").text());
    }
    if (from.at("resourceFieldRef").isThere()) {
      String resource = from.at("resourceFieldRef", "resource").text();
      String[] keys = resource.split("\\.");
      return Long.toString(Quantity.bytes(container.at("resources").at(keys).text()));
    }
    for (String kind : List.of("Secret", "ConfigMap")) {
      Manifest reference = from.at(kind.equals("Secret") ? "secretKeyRef" : "configMapKeyRef");
      if (reference.isThere()) {
        Map<String, byte[]> contents = around.objects().contents(kind, reference.at("name").text());
        byte[] content = contents == null ? null : contents.get(reference.at("key").text());
        if (content != null) {
          return new String(content, StandardCharsets.UTF_8);
        }
        if (reference.at("optional").text().equals("true")) {
          return "";
        }
      }
    }
    throw new IllegalArgumentException(name + ": cannot fill " + variable);
  }

  private String field(String path) {
    return switch (path) {
      case "metadata.name" -> name;
      case "metadata.namespace" -> around.namespace();
      case "status.podIP" -> place.address();
      case "spec.nodeName" -> "node-" + place.namespace();
      default -> {
        if (path.startsWith("metadata.labels['")) {
          String label = path.substring("metadata.labels['".length(), path.length() - 2);
          yield labels().getOrDefault(label, "");
        }
        throw new IllegalArgumentException(name + ": a field of another kind: " + path);
      }
    };
  }

  private static String expanded(String text, Map<String, String> environment) {
    return REFERENCE
        .matcher(text)
        .replaceAll(
            m ->
                Matcher.quoteReplacement(
                    environment.getOrDefault(m.group(1), "$(" + m.group(1) + ")")));
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  // ---- its life

  /** One look: restarts what has ended, asks what is due to be asked. */
  void look(long nowNanos) throws IOException {
    if (stopping) {
      return;
    }
    if (!process.isAlive()) {
      ready = false;
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
    if (accepts == null) {
      ready = true;
      return;
    }
    accepts.look(place.address(), nowNanos);
    ready = accepts.succeeded() || (ready && !accepts.failed());
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
