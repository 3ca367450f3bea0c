package io.ringtail.it.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages for operators name metrics, keys and pages that are there. */
class NamesInDocsTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Pattern METRIC =
      Pattern.compile("\\bringtail_(?:router|sampler|cluster)_\\w+");
  private static final Pattern KEY =
      Pattern.compile("`((?:router|sampler|cluster|node|ops)\\.[a-z.-]+)`");
  private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)\\)");

  /** Sections of the chart's values that are called as the product's are. */
  private static final Pattern CHARTS =
      Pattern.compile("router\\.config\\..*|sampler\\.(disk|config)(\\..*)?|sampler\\.partition");

  @ParameterizedTest
  @ValueSource(strings = {"kubernetes.md", "migration.md", "../helm/ringtail/README.md"})
  void page_names_areThere(String name) throws IOException {
    Path page = DOCS.resolve(name);
    String text = Files.readString(page);
    String metrics = Files.readString(DOCS.resolve("metrics.md"));
    assertThat(all(METRIC, text)).allSatisfy(metric -> assertThat(metrics).contains(metric));
    if (!name.contains("helm")) {
      String keys = Files.readString(DOCS.resolve("configuration.md"));
      Set<String> named = all(KEY, text);
      named.removeIf(key -> CHARTS.matcher(key).matches());
      assertThat(named)
          .allSatisfy(key -> assertThat(keys).containsAnyOf("`" + key + "`", "`" + key + "."));
    }
    assertThat(all(LINK, text))
        .isNotEmpty()
        .allSatisfy(link -> assertThat(page.resolveSibling(link)).exists());
  }

  private static Set<String> all(Pattern pattern, String text) {
    Set<String> found = new TreeSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(matcher.groupCount()));
    }
    return found;
  }
}
