package io.ringtail.it.chart;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * One option of the chart at a value that is not the default.
 *
 * @param values it alone
 * @param with what it needs to show; mostly nothing
 * @param hasBackend whether it stands over {@link Chart#BACKEND}
 */
record ChartOption(Map<?, ?> values, Map<?, ?> with, boolean hasBackend) {
  private static final String FILE = "options.yaml";

  /** By what options need to show. */
  private static final Map<Object, Rendering> WITHOUT = new ConcurrentHashMap<>();

  static Stream<ChartOption> all() {
    try (InputStream in = ChartOption.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new AssertionError("no " + FILE);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return ((List<?>) Yaml.read(text)).stream().map(ChartOption::of);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ChartOption of(Object entry) {
    Map<?, ?> map = (Map<?, ?>) entry;
    Map<?, ?> with = map.get("with") instanceof Map<?, ?> more ? more : Map.of();
    boolean backend = !Boolean.FALSE.equals(map.get("backend"));
    return new ChartOption((Map<?, ?>) Yaml.at(map, "values"), with, backend);
  }

  Rendering render() {
    return Chart.render(backend(), Yaml.print(with), Yaml.print(values));
  }

  Rendering renderWithout() {
    return WITHOUT.computeIfAbsent(with, w -> Chart.render(Chart.BACKEND, Yaml.print(w)));
  }

  private String backend() {
    return hasBackend ? Chart.BACKEND : "{}";
  }

  /** All values of the chart with it. */
  Map<?, ?> allValues() {
    Map<?, ?> all = Yaml.merged(Chart.defaults(), (Map<?, ?>) Yaml.read(backend()));
    return Yaml.merged(Yaml.merged(all, with), values);
  }

  @Override
  public String toString() {
    return String.join(" ", Yaml.leaves(values).keySet()) + " " + values;
  }
}
