package io.ringtail.it.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever the chart is asked for, it renders objects that Kubernetes knows every field of, and
 * config files that the product takes.
 */
class ChartRenderTest {
  /** Not of Kubernetes itself; {@link MonitorsTest} has them. */
  private static final String OPERATORS = "monitoring.coreos.com/v1";

  static Stream<String> examples() throws IOException {
    return Chart.examples();
  }

  static Stream<ChartOption> options() {
    return ChartOption.all();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void example_rendered_isKnownInEveryField(String name) {
    requireKnown(Chart.render(Chart.example(name)));
  }

  @ParameterizedTest
  @MethodSource("options")
  void option_alone_showsAndIsKnownInEveryField(ChartOption option) {
    Rendering with = option.render();
    requireKnown(with);
    assertThat(with.text()).isNotEqualTo(option.renderWithout().text());
  }

  @Test
  void options_besideTheValues_areAllOfThem() {
    Set<String> keys = new TreeSet<>(Yaml.leaves(Chart.defaults()).keySet());
    ChartOption.all()
        .map(option -> Yaml.leaves(option.values()).keySet())
        .forEach(set -> keys.removeIf(key -> set.stream().anyMatch(s -> reaches(s, key))));
    assertThat(keys).as("values that no option in options.yaml sets").isEmpty();
  }

  /** Whether setting the one sets the other or something in it. */
  private static boolean reaches(String set, String key) {
    return set.equals(key) || set.startsWith(key + ".") || key.startsWith(set + ".");
  }

  @Test
  void versions_ofChartAndProduct_areTheSame() throws IOException {
    String pom = Files.readString(Path.of("..", "pom.xml"));
    Map<?, ?> chart = (Map<?, ?>) Yaml.read(Chart.read("Chart.yaml"));
    assertThat(pom).contains("<version>" + chart.get("appVersion") + "</version>");
  }

  @Test
  void unknownField_inAManifest_isFound() {
    Rendering wrong =
        Rendering.of(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: a }
            spec:
              template: { spec: { containers: [ { name: a, imagePolicy: Always } ] } }
            """);
    assertThat(UnknownFields.of(wrong.manifests().get(0)))
        .containsExactly("Deployment.spec.template.spec.containers[0].imagePolicy");
  }

  private static void requireKnown(Rendering rendering) {
    assertThat(rendering.manifests()).hasSizeGreaterThan(6);
    for (HasMetadata manifest : rendering.manifests()) {
      assertThat(manifest.getMetadata().getNamespace()).isEqualTo("tracing");
      if (manifest instanceof GenericKubernetesResource generic
          && generic.getApiVersion().equals(OPERATORS)) {
        continue;
      }
      assertThat(UnknownFields.of(manifest)).isEmpty();
    }
    rendering.routerConfig();
    rendering.samplerConfig();
  }
}
