package io.ringtail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigProblem;
import io.ringtail.config.ConfigSection;
import io.ringtail.router.RouterConfig;
import io.ringtail.sampler.SamplerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/configuration.md} has a row for every key that is read, and for no other. What is
 * read is asked of the sections themselves: a key they do not know is answered with those they do.
 */
class ConfigPageTest {
  private static final String UNKNOWN = "zzz";
  private static final Pattern KNOWN = Pattern.compile("unknown key(?: \\(known: (.*)\\))?");
  private static final Pattern TYPES = Pattern.compile("missing \\(expected one of: (.*)\\)");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([^`]+)` \\| [^|]+ \\| ([^|]+) \\| [^|]+ \\|$");
  private static final Pattern LITERAL = Pattern.compile("`([^`]+)`");
  private static final String POLICIES = "tail_sampling.policies[]";

  /** Blocks a policy may carry for the Collector's sake; nothing in them is read. */
  private static final Set<String> NOT_SUPPORTED =
      Set.of("rate_limiting", "bytes_limiting", "composite", "ottl_condition", "trace_state");

  @Test
  void page_besideTheSections_listsEveryKeyTheyRead() throws IOException {
    Set<String> read = new TreeSet<>();
    leaves("", read);
    policies(read);
    assertThat(read).hasSizeGreaterThan(80);
    assertThat(rows().keySet())
        .as("keys in docs/configuration.md")
        .containsExactlyInAnyOrderElementsOf(read);
  }

  @Test
  void page_defaults_areThoseInEffect() throws IOException {
    String effective = read("{}").effective();
    ConfigSection root = ConfigFile.read("effective", effective, variable -> null).root();
    Map<String, String> wanted = new TreeMap<>();
    Map<String, String> found = new TreeMap<>();
    rows()
        .forEach(
            (key, otherwise) -> {
              Matcher literal = LITERAL.matcher(otherwise);
              if (literal.matches() && !key.contains("[]")) {
                wanted.put(key, valueAt(root, key));
                found.put(key, literal.group(1));
              }
            });
    assertThat(found).hasSizeGreaterThan(40).isEqualTo(wanted);
  }

  /** Default by key, in the page. */
  private static Map<String, String> rows() throws IOException {
    Path page = Path.of("..", "docs", "configuration.md");
    Map<String, String> rows = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(page));
    while (row.find()) {
      assertThat(rows.put(row.group(1), row.group(2).strip())).as(row.group(1)).isNull();
    }
    return rows;
  }

  private static String valueAt(ConfigSection root, String key) {
    ConfigSection section = root;
    String[] names = key.split("\\.");
    for (int i = 0; i < names.length - 1; i++) {
      section = section.section(names[i]);
    }
    return section.string(names[names.length - 1]).orElse("");
  }

  private static void leaves(String path, Set<String> out) {
    String place = path.isEmpty() ? "" : path.replace("[]", "[0]") + ".";
    List<String> keys = knownAt(place, read(nested(path, "zzz: 1"))).orElseThrow();
    ConfigFile asSections = read(nested(path, each(keys, "{ zzz: 1 }")));
    ConfigFile asLists = read(nested(path, each(keys, "[ { zzz: 1 } ]")));
    for (String key : keys) {
      String child = path.isEmpty() ? key : path + "." + key;
      if (child.equals("tail_sampling.policies")) {
        continue;
      }
      if (knownAt(place + key + ".", asSections).isPresent()) {
        leaves(child, out);
      } else if (knownAt(place + key + "[0].", asLists).isPresent()) {
        leaves(child + "[]", out);
      } else {
        out.add(child);
      }
    }
  }

  private static String each(List<String> keys, String value) {
    return keys.stream().map(key -> key + ": " + value).collect(Collectors.joining(", "));
  }

  /** What a policy's block may have depends on its type. */
  private static void policies(Set<String> out) {
    List<String> types =
        read("tail_sampling: { policies: [ { name: a } ] }").problems().stream()
            .filter(p -> p.path().equals("tail_sampling.policies[0].type"))
            .map(p -> listed(TYPES, p.message()).orElseThrow())
            .findFirst()
            .orElseThrow();
    String place = "tail_sampling.policies[0].";
    List<String> entry =
        new ArrayList<>(
            knownAt(place, read("tail_sampling: { policies: [ { type: always_sample, zzz: 1 } ] }"))
                .orElseThrow());
    entry.removeAll(types);
    entry.removeAll(NOT_SUPPORTED);
    entry.forEach(key -> out.add(POLICIES + "." + key));
    for (String type : types) {
      String text =
          "tail_sampling: { policies: [ { name: a, type: %s, %s: { zzz: 1 } } ] }"
              .formatted(type, type);
      knownAt(place + type + ".", read(text))
          .orElseThrow()
          .forEach(key -> out.add(POLICIES + "." + type + "." + key));
    }
  }

  /** A file with that at a path, and with {@code tail_sampling}, without which others are read. */
  private static String nested(String path, String inner) {
    String text = inner;
    String[] names = path.isEmpty() ? new String[0] : path.split("\\.");
    for (int i = names.length - 1; i >= 0; i--) {
      boolean list = names[i].endsWith("[]");
      String name = names[i].replace("[]", "");
      text = list ? name + ": [ { " + text + " } ]" : name + ": { " + text + " }";
    }
    boolean there = text.contains("tail_sampling:");
    return "{ " + text + (there ? " }" : ", tail_sampling: { decision_wait: 1s } }");
  }

  private static Optional<List<String>> knownAt(String place, ConfigFile file) {
    return file.problems().stream()
        .filter(p -> p.path().equals(place + UNKNOWN))
        .map(ConfigProblem::message)
        .flatMap(message -> listed(KNOWN, message).stream())
        .findFirst();
  }

  private static Optional<List<String>> listed(Pattern pattern, String message) {
    Matcher matcher = pattern.matcher(message);
    if (!matcher.lookingAt()) {
      return Optional.empty();
    }
    String names = matcher.group(1);
    return Optional.of(names == null ? List.of() : List.of(names.split(", ")));
  }

  private static ConfigFile read(String text) {
    ConfigFile file = ConfigFile.read("page", text, variable -> null);
    RouterConfig.read(file.root());
    SamplerConfig.read(file.root());
    RingMembers.read(file.root());
    return file;
  }
}
