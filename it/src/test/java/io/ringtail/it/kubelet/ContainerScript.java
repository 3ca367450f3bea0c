package io.ringtail.it.kubelet;

import io.ringtail.it.kubelet.Pod.Surroundings;
import io.ringtail.it.kubelet.PodNetwork.Place;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text for the shell that becomes the process of a pod's container: its root and what is mounted
 * there, its environment with what a kubelet fills in, its user and its words. Threads: the
 * kubelet's.
 */
final class ContainerScript {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\(([A-Za-z_][A-Za-z0-9_]*)\\)");

  private final String name;
  private final Manifest template;
  private final Manifest container;
  private final Place place;
  private final Surroundings around;

  ContainerScript(
      String name, Manifest template, Manifest container, Place place, Surroundings around) {
    this.name = name;
    this.template = template;
    this.container = container;
    this.place = place;
    this.around = around;
  }

  private Manifest security(String key) {
    Manifest own = container.at("securityContext", key);
    return own.isThere() ? own : template.at("spec", "securityContext", key);
  }

  /** Who the container runs as: {@code user:group}, numbers. */
  String user() {
    int user = security("runAsUser").number(0);
    int group = security("runAsGroup").number(user);
    return user + ":" + group;
  }

  /**
   * Mounts what the container sees below a root of its own, goes there and becomes it.
   *
   * @param volumes directories of this machine by the volume's name
   */
  String text(Map<String, Path> volumes) throws IOException {
    Path root = Files.createDirectories(around.directory().resolve("root-" + name));
    StringBuilder lines = new StringBuilder("set -e\nroot=" + root + "\n");
    mountRoot(lines);
    writeEtc(lines);
    for (Manifest mount : container.at("volumeMounts").items()) {
      mount(lines, mount, volumes);
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

  private void mountRoot(StringBuilder lines) {
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
  }

  private void writeEtc(StringBuilder lines) {
    lines.append("rm -f $root/etc/resolv.conf $root/etc/hosts\n");
    lines.append("printf '").append(resolv()).append("' > $root/etc/resolv.conf\n");
    lines.append("printf '127.0.0.1 localhost\\n").append(place.address()).append(' ');
    lines.append(name).append("\\n' > $root/etc/hosts\n");
    lines.append("printf '").append(name).append("\\n' > $root/etc/hostname\n");
  }

  private void mount(StringBuilder lines, Manifest mount, Map<String, Path> volumes) {
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
          yield template.at("metadata", "labels").entries().getOrDefault(label, "");
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
}
