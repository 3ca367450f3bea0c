package io.ringtail.it.kubelet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Volumes of a pod as directories of this machine: of ConfigMaps, Secrets, emptyDirs and claims.
 * Any other kind is a mistake of this test. Threads: the kubelet's.
 */
final class PodFiles {
  private final Path directory;
  private final Objects objects;
  private final String user;

  /** ConfigMaps and Secrets there are. */
  interface Objects {
    /** Keys and contents, of {@code ConfigMap} or {@code Secret}; null if there is none. */
    @Nullable Map<String, byte[]> contents(String kind, String name);
  }

  PodFiles(Path directory, Objects objects, String user) {
    this.directory = directory;
    this.objects = objects;
    this.user = user;
  }

  /** By the volume's name. */
  Map<String, Path> lay(Manifest podSpec, Manifest claims)
      throws IOException, InterruptedException {
    Map<String, Path> volumes = new LinkedHashMap<>();
    for (Manifest volume : podSpec.at("volumes").items()) {
      volumes.put(volume.at("name").text(), lay(volume));
    }
    for (Manifest claim : claims.items()) {
      volumes.put(claim.name(), writable(claim.name()));
    }
    return volumes;
  }

  private Path lay(Manifest volume) throws IOException, InterruptedException {
    String name = volume.at("name").text();
    if (volume.at("emptyDir").isThere()) {
      Shell.run("rm", "-rf", directory.resolve(name).toString());
      return writable(name);
    }
    if (volume.at("configMap").isThere()) {
      return files(name, "ConfigMap", volume.at("configMap"), "name");
    }
    if (volume.at("secret").isThere()) {
      return files(name, "Secret", volume.at("secret"), "secretName");
    }
    throw new IllegalArgumentException("a volume of another kind: " + volume);
  }

  private Path writable(String name) throws IOException, InterruptedException {
    Path path = Files.createDirectories(directory.resolve(name));
    Shell.run("chown", user, path.toString());
    return path;
  }

  private Path files(String volume, String kind, Manifest source, String nameKey)
      throws IOException {
    Map<String, byte[]> contents = objects.contents(kind, source.at(nameKey).text());
    if (contents == null) {
      throw new IllegalArgumentException("no " + kind + " " + source.at(nameKey).text());
    }
    Path path = Files.createDirectories(directory.resolve(volume));
    Map<String, String> items = new LinkedHashMap<>();
    source.at("items").items().forEach(i -> items.put(i.at("key").text(), i.at("path").text()));
    for (Map.Entry<String, byte[]> content : contents.entrySet()) {
      String file = items.isEmpty() ? content.getKey() : items.getOrDefault(content.getKey(), "");
      if (!file.isEmpty()) {
        Files.write(path.resolve(file), content.getValue());
      }
    }
    return path;
  }

  /** Keys and contents of a ConfigMap or Secret. */
  static Map<String, byte[]> contents(Manifest object) {
    Map<String, byte[]> contents = new LinkedHashMap<>();
    boolean secret = object.kind().equals("Secret");
    object
        .at("data")
        .entries()
        .forEach(
            (key, text) ->
                contents.put(
                    key,
                    secret
                        ? Base64.getDecoder().decode(text)
                        : text.getBytes(StandardCharsets.UTF_8)));
    object
        .at("stringData")
        .entries()
        .forEach((key, text) -> contents.put(key, text.getBytes(StandardCharsets.UTF_8)));
    return contents;
  }
}
