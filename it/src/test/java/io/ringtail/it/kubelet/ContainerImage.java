package io.ringtail.it.kubelet;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a container runs on.
 *
 * @param binds directories of this machine by where the container sees them, read only
 * @param entrypoint words before the container's args, unless it has a command
 * @param environment {@code NAME=value}
 */
public record ContainerImage(
    Map<String, Path> binds, List<String> entrypoint, List<String> environment) {
  private static final String LIB = "/opt/ringtail/lib";

  /** The image {@code scripts/image} has written, as {@code docker save} would. */
  public static ContainerImage fromTar(Path tar, Path directory)
      throws IOException, InterruptedException {
    Path parts = Files.createDirectories(directory.resolve("image"));
    Path root = Files.createDirectories(directory.resolve("rootfs"));
    Shell.run("tar", "-xf", tar.toString(), "-C", parts.toString());
    Map<String, List<String>> manifest = texts(parts.resolve("manifest.json"));
    for (String layer : manifest.getOrDefault("Layers", List.of())) {
      Shell.run("tar", "-xf", parts.resolve(layer).toString(), "-C", root.toString());
    }
    Map<String, List<String>> config =
        texts(parts.resolve(manifest.getOrDefault("Config", List.of("config.json")).get(0)));
    Map<String, Path> binds = new LinkedHashMap<>();
    try (var top = Files.list(root)) {
      top.filter(Files::isDirectory).forEach(d -> binds.put("/" + d.getFileName(), d));
    }
    return new ContainerImage(
        binds, config.getOrDefault("Entrypoint", List.of()), config.getOrDefault("Env", List.of()));
  }

  /** Strings and lists of strings of a JSON text by their key, wherever they stand. */
  private static Map<String, List<String>> texts(Path file) throws IOException {
    Map<String, List<String>> texts = new LinkedHashMap<>();
    String key = "";
    try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          key = json.currentName();
        } else if (token == JsonToken.VALUE_STRING) {
          texts.computeIfAbsent(key, k -> new ArrayList<>()).add(json.getText());
        }
      }
    }
    return texts;
  }

  /**
   * This JVM's own class path and JDK in the place of an image, with the system's libraries. For
   * where no image has been built.
   *
   * @param flags file of JVM flags, as the image has it
   */
  public static ContainerImage fromClassPath(Path directory, Path flags)
      throws IOException, InterruptedException {
    Path lib = Files.createDirectories(directory.resolve("lib"));
    List<String> classPath = new ArrayList<>();
    int number = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path from = Path.of(entry);
      if (Files.exists(from)) {
        String name = number++ + "-" + from.getFileName();
        Shell.run("cp", "-r", from.toString(), lib.resolve(name).toString());
        classPath.add(LIB + "/" + name);
      }
    }
    Files.copy(flags, lib.resolve("jvm.flags"));
    Shell.run("chmod", "-R", "a+rX", directory.toString());
    Map<String, Path> binds = new LinkedHashMap<>();
    for (String system : List.of("/usr", "/lib", "/lib64", "/bin", "/etc")) {
      if (Files.isDirectory(Path.of(system))) {
        binds.put(system, Path.of(system).toRealPath());
      }
    }
    Path home = Path.of(System.getProperty("java.home"));
    if (!home.startsWith("/usr")) {
      binds.put(home.toString(), home);
    }
    binds.put(LIB, lib);
    List<String> entrypoint = new ArrayList<>(List.of(home.resolve("bin/java").toString()));
    entrypoint.add("-XX:Flags=" + LIB + "/jvm.flags");
    if (Runtime.version().feature() >= 24) {
      entrypoint.addAll(
          List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    }
    entrypoint.addAll(
        List.of("-cp", String.join(File.pathSeparator, classPath), "io.ringtail.cli.Ringtail"));
    return new ContainerImage(binds, entrypoint, List.of());
  }
}
