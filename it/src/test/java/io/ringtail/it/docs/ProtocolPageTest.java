package io.ringtail.it.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.rules.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of the protocol has the rules the code names, and the classes it names are there. */
class ProtocolPageTest {
  private static final Path ROOT = Path.of("..");
  private static final List<String> MODULES =
      List.of("shared-proto", "router", "sampler-tier", "cli");
  private static final Pattern RULE = Pattern.compile("^\\* \\*\\*([A-Z]\\d)\\*\\* ");
  private static final Pattern NAMED = Pattern.compile("\\bprotocol\\s+((?:[A-Z]\\d(?:, |–)?)+)");
  private static final Pattern CLASS = Pattern.compile("`([A-Z][A-Za-z]+[a-z])`");

  @Test
  void rules_namedInCode_standOnThePage() throws IOException {
    Set<String> onThePage = new TreeSet<>();
    for (String line : Files.readAllLines(page())) {
      Matcher matcher = RULE.matcher(line);
      if (matcher.find()) {
        assertThat(onThePage.add(matcher.group(1))).as("once: %s", line).isTrue();
      }
    }
    Set<String> named = new TreeSet<>();
    for (Path source : sources()) {
      String text = Files.readString(source).replaceAll("\\s*\\n\\s*\\*\\s*", " ");
      Matcher matcher = NAMED.matcher(text);
      while (matcher.find()) {
        named.addAll(List.of(matcher.group(1).split(", |–")));
      }
    }
    for (Rule rule : Rule.values()) {
      named.add(rule.name().replaceFirst("_.*", ""));
      if (rule.name().contains("_")) { // added to the rule of that number
        assertThat(page()).content().contains("(`" + rule + "`");
      }
    }
    assertThat(named).hasSizeGreaterThan(30).isSubsetOf(onThePage);
  }

  @Test
  void classes_namedOnThePage_areThere() throws IOException {
    Set<String> classes =
        sources().stream()
            .map(source -> source.getFileName().toString().replace(".java", ""))
            .collect(Collectors.toSet());
    Set<String> named = new TreeSet<>();
    Matcher matcher = CLASS.matcher(Files.readString(page()));
    while (matcher.find()) {
      named.add(matcher.group(1));
    }
    assertThat(named).hasSizeGreaterThan(20).isSubsetOf(classes);
  }

  private static Path page() {
    return ROOT.resolve("docs").resolve("protocol.md");
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src"))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
      }
    }
    return sources;
  }
}
