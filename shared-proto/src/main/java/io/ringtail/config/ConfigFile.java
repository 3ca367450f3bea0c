package io.ringtail.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One config file: its {@link #root} section and, after every component has read its part, what was
 * wrong with it. Reading never throws: a file that is missing or no YAML has one problem and an
 * empty root.
 */
public final class ConfigFile {
  private final String name;
  private final EnvReferences environment;
  private final TreeSet<ConfigProblem> problems = new TreeSet<>();
  private final List<ConfigSection> sections = new ArrayList<>();
  private final ConfigSection root;
  private boolean readable = true;

  private ConfigFile(
      String name, @Nullable String text, Function<String, @Nullable String> environment) {
    this.name = name;
    this.environment = new EnvReferences(environment);
    this.root = new ConfigSection(this, "", text == null ? null : compose(text), null);
  }

  /** Reads a file, with the environment of this process. */
  public static ConfigFile read(Path path) {
    try {
      return read(path, Files.readAllBytes(path));
    } catch (NoSuchFileException e) {
      return unreadable(path, "no such file");
    } catch (IOException e) {
      return unreadable(path, "cannot be read (" + e.getMessage() + ")");
    }
  }

  /** Takes what has been read of a file, with the environment of this process. */
  public static ConfigFile read(Path path, byte[] content) {
    try {
      CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder(); // which reports what is none
      return read(path.toString(), utf8.decode(ByteBuffer.wrap(content)).toString());
    } catch (CharacterCodingException e) {
      return unreadable(path, "not UTF-8 text");
    }
  }

  /** Reads a text, with the environment of this process. */
  public static ConfigFile read(String name, String text) {
    return read(name, text, System::getenv);
  }

  /**
   * Reads a text.
   *
   * @param name for messages
   * @param environment value of a variable, or null
   */
  public static ConfigFile read(
      String name, String text, Function<String, @Nullable String> environment) {
    return new ConfigFile(name, text, environment);
  }

  private static ConfigFile unreadable(Path path, String why) {
    ConfigFile file = new ConfigFile(path.toString(), null, variable -> null);
    file.unreadable(Optional.empty(), why);
    return file;
  }

  public String name() {
    return name;
  }

  public ConfigSection root() {
    return root;
  }

  /**
   * Everything wrong, sorted by place. Keys nobody asked for are unknown, so call it when all
   * records are read.
   */
  public List<ConfigProblem> problems() {
    if (readable) {
      List.copyOf(sections).forEach(ConfigSection::reportUnknownKeys);
    }
    return List.copyOf(problems);
  }

  /** The configuration as the components read it, defaults included and secrets masked, as YAML. */
  public String effective() {
    DumpSettings settings =
        DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).setWidth(120).build();
    return new Dump(settings).dumpToString(root.effective());
  }

  void register(ConfigSection section) {
    sections.add(section);
  }

  /** Notes a problem; what is missing in a file that could not be read is none. */
  void report(@Nullable Node at, String path, String message) {
    if (!readable) {
      return;
    }
    Optional<Mark> mark = at == null ? Optional.empty() : at.getStartMark();
    int line = mark.map(Mark::getLine).orElse(0) + 1;
    int column = mark.map(Mark::getColumn).orElse(0) + 1;
    problems.add(new ConfigProblem(name, line, column, path, message));
  }

  /** The text with references to the environment replaced; {@code onMissing} if one is not set. */
  String expand(Node at, String path, String text, Runnable onMissing) {
    return environment.expand(
        text,
        variable -> {
          report(at, path, "environment variable " + variable + " is not set");
          onMissing.run();
        });
  }

  private @Nullable MappingNode compose(String text) {
    LoadSettings settings = LoadSettings.builder().setLabel(name).build();
    try {
      Node node = new Compose(settings).composeString(text).orElse(null);
      if (node instanceof MappingNode mapping) {
        return mapping;
      }
      if (node != null && !node.getTag().equals(Tag.NULL)) {
        unreadable(node.getStartMark(), "expected a mapping at the top of the file");
      }
    } catch (MarkedYamlEngineException e) {
      String problem = e.getProblem() == null ? e.getContext() : e.getProblem();
      unreadable(e.getProblemMark().or(e::getContextMark), "not YAML: " + problem);
    } catch (YamlEngineException e) {
      unreadable(Optional.empty(), "not YAML: " + e.getMessage());
    }
    return null;
  }

  private void unreadable(Optional<Mark> mark, String message) {
    readable = false;
    int line = mark.map(Mark::getLine).orElse(0) + 1;
    int column = mark.map(Mark::getColumn).orElse(0) + 1;
    problems.add(new ConfigProblem(name, line, column, "", message));
  }
}
