package io.ringtail.it.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An image that scripts/image has built, unpacked, to be run as a container is: its entrypoint, its
 * environment, its user, its files as a root that cannot be written to. Needs root.
 */
final class UnpackedImage {
  private static final Path BUILT = Path.of("..", "target", "image");
  private static final Pattern TEXT = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

  private final Path root;
  private final String config;

  private UnpackedImage(Path root, String config) {
    this.root = root;
    this.config = config;
  }

  /** The newest one, if there is any. */
  static Optional<Path> built() throws IOException {
    return built(".tar");
  }

  private static Optional<Path> built(String ending) throws IOException {
    if (!Files.isDirectory(BUILT)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(BUILT)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(ending))
          .max(Comparator.comparing(file -> file.toFile().lastModified()))
          .map(file -> file.toAbsolutePath().normalize());
    }
  }

  /** Unpacks the archive for plain machines; what it holds. */
  static Path unpackArchive(Path directory) throws IOException, InterruptedException {
    run("tar", "-xzf", built(".tar.gz").orElseThrow().toString(), "-C", directory.toString());
    try (Stream<Path> files = Files.list(directory)) {
      return files.findFirst().orElseThrow();
    }
  }

  static UnpackedImage of(Path tar, Path directory) throws IOException, InterruptedException {
    Path archive = Files.createDirectory(directory.resolve("archive"));
    Path root = Files.createDirectory(directory.resolve("root"));
    run("tar", "-xf", tar.toString(), "-C", archive.toString());
    String manifest = Files.readString(archive.resolve("manifest.json"));
    for (String layer : texts(manifest, "Layers")) {
      String file = archive.resolve(layer).toString();
      run("tar", "--warning=no-unknown-keyword", "-xf", file, "-C", root.toString());
    }
    for (String mount : List.of("proc", "dev")) { // what every runtime of containers makes
      Files.createDirectories(root.resolve(mount));
    }
    String config = Files.readString(archive.resolve(one(manifest, "Config")));
    return new UnpackedImage(root, config);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + " failed");
    }
  }

  private static List<String> texts(String json, String key) {
    Matcher list = Pattern.compile('"' + key + "\":\\s*\\[([^\\]]*)\\]").matcher(json);
    if (!list.find()) {
      throw new AssertionError("no list \"" + key + "\" in " + json);
    }
    List<String> texts = new ArrayList<>();
    Matcher text = TEXT.matcher(list.group(1));
    while (text.find()) {
      texts.add(text.group(1));
    }
    return texts;
  }

  private static String one(String json, String key) {
    Matcher value = Pattern.compile('"' + key + "\":\\s*\"([^\"]*)\"").matcher(json);
    if (!value.find()) {
      throw new AssertionError("no \"" + key + "\" in " + json);
    }
    return value.group(1);
  }

  String user() {
    return one(config, "User");
  }

  String label(String name) {
    return one(config, name.replace(".", "\\."));
  }

  List<String> entrypoint() {
    return texts(config, "Entrypoint");
  }

  Path file(String path) {
    return root.resolve(path.substring(1));
  }

  /**
   * A text for bash that becomes the process of a container: nothing can be written but what lies
   * in {@code state}, which is its /var/lib/ringtail, and /tmp, where nothing can be executed.
   */
  String container(Path state, String arguments) {
    return container(user(), state, arguments);
  }

  /** As {@link #container(Path, String)}, as another user than the image's: {@code user:group}. */
  String container(String user, Path state, String arguments) {
    String environment =
        texts(config, "Env").stream().map(v -> "'" + v + "'").collect(Collectors.joining(" "));
    String inside =
        Stream.of(
                "mount --make-rprivate /",
                "mount --bind $R $R",
                "mount -o remount,ro,bind $R",
                "mount -t tmpfs -o mode=1777,noexec tmpfs $R/tmp",
                "mount --bind " + state + " $R/var/lib/ringtail",
                "mount --rbind /dev $R/dev",
                "mount --rbind /proc $R/proc")
            .collect(Collectors.joining(" && "));
    return "R="
        + root
        + "; C=$(command -v chroot); export R C; exec unshare --mount sh -c '"
        + inside
        + " && exec env -i "
        + environment.replace("'", "\"")
        + " $C --userspec="
        + user
        + " $R "
        + String.join(" ", entrypoint())
        + " "
        + arguments
        + "'";
  }
}
