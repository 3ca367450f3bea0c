package io.ringtail.it.chart;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.ringtail.it.kubelet.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** {@code helm/ringtail}, rendered and linted by Helm's own code in this process. */
public final class Chart {
  static final Path HOME = Path.of("..", "helm", "ringtail");

  /** What must be there besides the defaults. */
  static final String BACKEND =
      "sampler: { config: { export: { otlp: { endpoint: 'http://backend:4317' } } } }";

  public static final String NAMESPACE = "tracing";

  private static final String KUBERNETES = "1.35.0";
  private static final String HOOK = "\"helm.sh/hook\"";
  private static final String SHOWN_HOOK = "shown/hook";

  /** A copy whose hooks are none, since Helm's binding leaves hooks out of what it renders. */
  private static final Path SHOWN = shown();

  private Chart() {}

  /**
   * Renders it.
   *
   * @param values YAML texts over the defaults, later ones win
   * @throws IllegalStateException as Helm says it, if it refuses
   */
  static Rendering render(String... values) {
    return Rendering.of(text(SHOWN, values));
  }

  /** As {@link #render}, but without hooks. */
  static Rendering renderWithoutHooks(String... values) {
    return Rendering.of(text(values));
  }

  /** As {@link #renderWithoutHooks}: the manifests as Helm prints them. */
  public static String text(String... values) {
    return text(HOME, values);
  }

  /** What it renders for a hook of Helm's, such as {@code test}, in the order Helm runs them. */
  public static List<Manifest> hooks(String kind, String... values) {
    return Manifest.parse(text(SHOWN, values)).stream()
        .filter(m -> m.at("metadata", "annotations", SHOWN_HOOK).text().equals(kind))
        .sorted(Comparator.comparing(Manifest::name))
        .toList();
  }

  private static String text(Path chart, String... values) {
    List<Path> files = new ArrayList<>();
    try {
      var command =
          new Helm(chart)
              .template()
              .withName("shop")
              .withNamespace(NAMESPACE)
              .withKubeVersion(KUBERNETES);
      for (String text : values) {
        Path file = Files.createTempFile("values", ".yaml");
        files.add(file);
        Files.writeString(file, text);
        command.withValuesFile(file);
      }
      return command.call();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      files.forEach(file -> file.toFile().delete());
    }
  }

  private static Path shown() {
    try {
      Path directory = Files.createTempDirectory("chart");
      copy(HOME, directory);
      Path helpers = directory.resolve("templates/_helpers.tpl");
      String text = Files.readString(helpers);
      if (!text.contains(HOOK)) {
        throw new AssertionError("no " + HOOK + " in " + helpers);
      }
      Files.writeString(helpers, text.replace(HOOK, '"' + SHOWN_HOOK + '"'));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lints a copy of it that has these values instead of its own. */
  static LintResult lint(Path directory, Map<?, ?> values) throws IOException {
    copy(HOME, directory);
    Files.writeString(directory.resolve("values.yaml"), Yaml.print(values));
    return new Helm(directory).lint().strict().call();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  static String read(String name) {
    try {
      return Files.readString(HOME.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its own values. */
  static Map<?, ?> defaults() {
    return (Map<?, ?>) Yaml.read(read("values.yaml"));
  }

  /** Names of its example values, without the ending. */
  static Stream<String> examples() throws IOException {
    try (Stream<Path> files = Files.list(HOME.resolve("examples"))) {
      return files
          .map(file -> file.getFileName().toString().replace(".yaml", ""))
          .sorted()
          .toList()
          .stream();
    }
  }

  public static String example(String name) {
    return read("examples/" + name + ".yaml");
  }
}
