package io.ringtail.config;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One mapping of a config file. Every getter registers its key as known and its value for the
 * effective configuration; a wrong value becomes a problem of the file and the default is given
 * back, so that reading goes on and all problems are found. A key without a value counts as absent.
 *
 * <p>Longer than most classes: it is the whole vocabulary of the config records, one short getter a
 * type. What stands in the file is in {@link Entries}, what is printed in {@link Effective}.
 * Threads: one, at start-up.
 */
public final class ConfigSection {
  private static final String AUTO = "auto";

  private final ConfigFile file;
  private final String path;
  private final @Nullable Node at;
  private final Entries entries;
  private final Set<String> known = new LinkedHashSet<>();
  private final Set<String> ignored = new LinkedHashSet<>();
  private final Map<String, ConfigSection> children = new HashMap<>();
  private final Map<String, List<ConfigSection>> childLists = new HashMap<>();
  private final Effective effective = new Effective();

  /** An empty section of no file: every getter gives its default. */
  public ConfigSection() {
    this(ConfigFile.read("defaults", "", variable -> null), "", null, null);
  }

  ConfigSection(
      ConfigFile file, String path, @Nullable MappingNode mapping, @Nullable Node otherwiseAt) {
    this.file = file;
    this.path = path;
    this.at = mapping == null ? otherwiseAt : mapping;
    this.entries = new Entries(file, path, mapping);
    file.register(this);
  }

  /** A duration in Go's form, {@code 500ms}, {@code 1m30s}; both bounds are allowed values. */
  public Duration duration(String key, Duration otherwise, Duration min, Duration max) {
    Optional<Duration> given = scalar(key, DurationText.EXPECTED, DurationText::parse);
    return record(key, ranged(key, given, otherwise, min, max, DurationText::print));
  }

  /** 64KiB, 1GB, 512MiB or a plain number of bytes. */
  public long bytes(String key, long otherwise, long min, long max) {
    Optional<Long> given = scalar(key, ByteSize.EXPECTED, ByteSize::parse);
    long value = ranged(key, given, otherwise, min, max, ByteSize::print);
    effective.put(key, ByteSize.print(value));
    return value;
  }

  /**
   * As {@link #bytes}; or {@code auto}, which is also what counts if there is nothing: as much as
   * memory allows, given back as {@code max}.
   */
  public long bytesOrAuto(String key, long min, long max) {
    Optional<Long> given =
        scalar(
            key,
            ByteSize.EXPECTED + ", or auto",
            text -> text.equals(AUTO) ? Optional.of(max) : ByteSize.parse(text));
    long value = ranged(key, given, max, min, max, ByteSize::print);
    effective.put(key, value == max ? AUTO : ByteSize.print(value));
    return value;
  }

  public int integer(String key, int otherwise, int min, int max) {
    return (int) integer64(key, otherwise, min, max);
  }

  public long integer64(String key, long otherwise, long min, long max) {
    Optional<Long> given = scalar(key, "a whole number", Scalars::wholeNumber);
    return record(key, ranged(key, given, otherwise, min, max, Object::toString));
  }

  public double number(String key, double otherwise, double min, double max) {
    Optional<Double> given = scalar(key, "a number", Scalars::number);
    return record(key, ranged(key, given, otherwise, min, max, Object::toString));
  }

  public boolean bool(String key, boolean otherwise) {
    return record(key, scalar(key, "true or false", Scalars::truth).orElse(otherwise));
  }

  public String string(String key, String otherwise) {
    return record(key, string(key).orElse(otherwise));
  }

  /** The text under a key, if there is any. */
  public Optional<String> string(String key) {
    Optional<String> value = scalar(key, "a text", Optional::of);
    value.ifPresent(v -> record(key, v));
    return value;
  }

  /** A text that must be there; without it a problem, and an empty text. */
  public String required(String key) {
    Optional<String> value = string(key);
    if (value.isEmpty() && node(key) == null) {
      file.report(at, path(key), "missing (a value is required)");
    }
    return value.orElse("");
  }

  /** A text that is never printed. */
  public Optional<String> secret(String key) {
    Optional<String> value = scalar(key, "a text", Optional::of);
    value.ifPresent(v -> effective.putMasked(key));
    return value;
  }

  /**
   * {@code host:port}, {@code [ipv6]:port} of this machine, resolved; a host that is not known here
   * is a problem.
   *
   * @param otherwise in the same form
   */
  public InetSocketAddress hostPort(String key, String otherwise) {
    Optional<InetSocketAddress> given =
        scalar(key, "host:port, such as 127.0.0.1:4317", HostPort::parse);
    if (given.isPresent() && given.get().isUnresolved()) {
      problem(key, "\"" + HostPort.print(given.get()) + "\" (expected a host known here)");
      given = Optional.empty();
    }
    InetSocketAddress value = given.or(() -> HostPort.parse(otherwise)).orElseThrow();
    effective.put(key, HostPort.print(value));
    return value;
  }

  /** Constant names in lower case with '-' for '_'; either is understood. */
  public <E extends Enum<E>> E oneOf(String key, E otherwise) {
    E[] constants = otherwise.getDeclaringClass().getEnumConstants();
    String names = String.join(", ", Arrays.stream(constants).map(ConfigSection::nameOf).toList());
    E value =
        scalar(
                key,
                "one of: " + names,
                t ->
                    Arrays.stream(constants)
                        .filter(c -> nameOf(c).equals(t.replace('_', '-')))
                        .findFirst())
            .orElse(otherwise);
    effective.put(key, nameOf(value));
    return value;
  }

  /** A list of texts; empty if absent. */
  public List<String> strings(String key) {
    List<String> values = new ArrayList<>();
    for (Node item : items(key)) {
      text(item, path(key) + "[" + values.size() + "]").ifPresent(values::add);
    }
    return record(key, Collections.unmodifiableList(values));
  }

  /** Texts by text, in the order of the file; the values are never printed. */
  public Map<String, String> secrets(String key) {
    ConfigSection entriesOf = section(key);
    Map<String, String> values = new LinkedHashMap<>();
    for (String name : entriesOf.keys()) {
      entriesOf.secret(name).ifPresent(v -> values.put(name, v));
    }
    return Collections.unmodifiableMap(values);
  }

  /** The mapping under a key; an empty section if the key is absent. The same one every time. */
  public ConfigSection section(String key) {
    ConfigSection child = children.get(key);
    if (child == null) {
      child = open(key);
      children.put(key, child);
      effective.put(key, child);
    }
    return child;
  }

  /** The sequence of mappings under a key; empty if absent. */
  public List<ConfigSection> sections(String key) {
    List<ConfigSection> list = childLists.get(key);
    if (list == null) {
      list = List.copyOf(openAll(key));
      childLists.put(key, list);
      record(key, list);
    }
    return list;
  }

  /** Says what a value read as "choose for me" has become, to be printed as effective. */
  public void chosen(String key, Object value) {
    effective.put(key, value);
  }

  /** Whether the key has a value. */
  public boolean has(String key) {
    known.add(key);
    return node(key) != null;
  }

  /**
   * Whether there is a value for a key that is none of this mapping's: asking leaves it unknown.
   */
  public boolean hasForeign(String key) {
    return node(key) != null;
  }

  /** The keys of this mapping, in the order of the file; they count as known. */
  public List<String> keys() {
    known.addAll(entries.keys());
    return List.copyOf(entries.keys());
  }

  /** Says that the block under a key is another component's: whatever is in it is not checked. */
  public void ignore(String key) {
    known.add(key);
    ignored.add(key);
  }

  /** {@code file:line:column} of the value of {@code key}, or of this section if absent. */
  public String location(String key) {
    Node node = node(key) == null ? at : node(key);
    Mark mark = node == null ? null : node.getStartMark().orElse(null);
    return mark == null
        ? file.name()
        : file.name() + ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
  }

  /** Dotted keys from the root to this section; empty for the root. */
  public String path() {
    return path;
  }

  /**
   * Reports a problem found by the caller, at the value of {@code key} (or at this section if
   * absent).
   */
  public void problem(String key, String message) {
    Node node = node(key);
    file.report(node == null ? at : node, path(key), message);
  }

  /**
   * Reports a problem with one text of {@link #strings}, at its own place.
   *
   * @param index in the list that {@code strings} gave
   */
  public void itemProblem(String key, int index, String message) {
    List<Node> texts = items(key).stream().filter(ScalarNode.class::isInstance).toList();
    file.report(texts.get(index), path(key) + "[" + index + "]", message);
  }

  void reportUnknownKeys() {
    entries.reportUnknown(known);
  }

  Map<String, Object> effective() {
    Map<String, Object> out = effective.printed();
    for (String key : ignored) {
      Node node = node(key);
      if (node != null) {
        out.putIfAbsent(key, Effective.printed(key, RawNode.toObject(node)));
      }
    }
    return out;
  }

  private ConfigSection open(String key) {
    known.add(key);
    Node node = node(key);
    if (node == null || node instanceof MappingNode) {
      return new ConfigSection(file, path(key), (MappingNode) node, node == null ? at : node);
    }
    wrong(key, node, "a mapping");
    return new ConfigSection(file, path(key), null, node);
  }

  private List<ConfigSection> openAll(String key) {
    List<ConfigSection> out = new ArrayList<>();
    List<Node> items = items(key);
    for (int i = 0; i < items.size(); i++) {
      String itemPath = path(key) + "[" + i + "]";
      if (items.get(i) instanceof MappingNode mapping) {
        out.add(new ConfigSection(file, itemPath, mapping, null));
      } else {
        file.report(items.get(i), itemPath, Entries.shown(items.get(i)) + " (expected a mapping)");
      }
    }
    return out;
  }

  private List<Node> items(String key) {
    known.add(key);
    Node node = node(key);
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    if (node != null) {
      wrong(key, node, "a list");
    }
    return List.of();
  }

  private <T> Optional<T> scalar(String key, String expected, Function<String, Optional<T>> parse) {
    known.add(key);
    Node node = node(key);
    if (node == null) {
      return Optional.empty();
    }
    if (!(node instanceof ScalarNode value)) {
      wrong(key, node, expected);
      return Optional.empty();
    }
    return Optional.ofNullable(parsed(key, value, expected, parse));
  }

  private <T> @Nullable T parsed(
      String key, ScalarNode node, String expected, Function<String, Optional<T>> parse) {
    boolean[] missing = new boolean[1];
    String text = file.expand(node, path(key), node.getValue(), () -> missing[0] = true);
    T value = missing[0] ? null : parse.apply(text).orElse(null);
    if (value == null && !missing[0]) {
      file.report(node, path(key), "\"" + text + "\" (expected " + expected + ")");
    }
    return value;
  }

  private Optional<String> text(Node node, String itemPath) {
    if (node instanceof ScalarNode value) {
      return Optional.of(file.expand(value, itemPath, value.getValue(), () -> {}));
    }
    file.report(node, itemPath, Entries.shown(node) + " (expected a text)");
    return Optional.empty();
  }

  private <T extends Comparable<T>> T ranged(
      String key, Optional<T> given, T otherwise, T min, T max, Function<T, String> print) {
    if (given.isEmpty()) {
      return otherwise;
    }
    T value = given.get();
    if (value.compareTo(min) >= 0 && value.compareTo(max) <= 0) {
      return value;
    }
    boolean unbounded = max.equals(Long.MAX_VALUE) || max.equals(Integer.MAX_VALUE);
    String range =
        unbounded ? "at least " + print.apply(min) : print.apply(min) + " to " + print.apply(max);
    problem(key, "\"" + print.apply(value) + "\" (expected " + range + ")");
    return otherwise;
  }

  private void wrong(String key, Node node, String expected) {
    file.report(node, path(key), Entries.shown(node) + " (expected " + expected + ")");
  }

  private <T> T record(String key, T value) {
    effective.put(key, value);
    return value;
  }

  private String path(String key) {
    return entries.path(key);
  }

  private @Nullable Node node(String key) {
    return entries.value(key);
  }

  private static String nameOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
