package io.ringtail.it.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the Prometheus Operator is given: fields of its API, and pods that are there. */
class MonitorsTest {
  private static final Set<String> SERVICE_MONITOR =
      Set.of("selector", "namespaceSelector", "targetLabels", "podTargetLabels", "endpoints");
  private static final Set<String> POD_MONITOR =
      Set.of("selector", "namespaceSelector", "podTargetLabels", "podMetricsEndpoints");
  private static final Set<String> ENDPOINT =
      Set.of("port", "path", "interval", "relabelings", "metricRelabelings");

  private static final String RULES =
      "labels: { release: p }, relabelings: [{ action: keep }], metricRelabelings: [{ action: drop"
          + " }]";

  @Test
  void serviceMonitor_enabled_selectsTheServiceOfAllNodes() {
    Rendering rendering =
        Chart.render(
            Chart.BACKEND, "monitoring: { serviceMonitor: { enabled: true, " + RULES + " } }");
    GenericKubernetesResource monitor = rendering.the(GenericKubernetesResource.class, "-ringtail");
    Map<?, ?> spec =
        (Map<?, ?>) Objects.requireNonNull(monitor.getAdditionalProperties().get("spec"));
    assertThat(monitor.getKind()).isEqualTo("ServiceMonitor");
    assertThat(monitor.getMetadata().getLabels()).containsEntry("release", "p");
    assertThat(SERVICE_MONITOR).containsAll(names(spec));
    Map<?, ?> endpoint = (Map<?, ?>) Yaml.at(spec, "endpoints", 0);
    assertThat(ENDPOINT).containsAll(names(endpoint));
    List<Service> selected =
        rendering.manifests().stream()
            .filter(Service.class::isInstance)
            .map(Service.class::cast)
            .filter(s -> has(s.getMetadata().getLabels(), spec))
            .toList();
    assertThat(selected)
        .singleElement()
        .satisfies(s -> assertThat(s.getSpec().getPublishNotReadyAddresses()).isTrue())
        .satisfies(
            s ->
                assertThat(s.getSpec().getPorts())
                    .extracting(ServicePort::getName)
                    .contains(String.valueOf(endpoint.get("port"))));
  }

  @Test
  void podMonitor_enabled_selectsBothTiers() {
    Rendering rendering =
        Chart.render(Chart.BACKEND, "monitoring: { podMonitor: { enabled: true, " + RULES + " } }");
    GenericKubernetesResource monitor = rendering.the(GenericKubernetesResource.class, "-ringtail");
    Map<?, ?> spec =
        (Map<?, ?>) Objects.requireNonNull(monitor.getAdditionalProperties().get("spec"));
    assertThat(monitor.getKind()).isEqualTo("PodMonitor");
    assertThat(POD_MONITOR).containsAll(names(spec));
    Map<?, ?> endpoint = (Map<?, ?>) Yaml.at(spec, "podMetricsEndpoints", 0);
    assertThat(ENDPOINT).containsAll(names(endpoint));
    assertThat(has(rendering.podLabels("router"), spec)).isTrue();
    assertThat(has(rendering.podLabels("sampler"), spec)).isTrue();
    for (Container container :
        List.of(
            rendering.routerPod().getContainers().get(0),
            rendering.samplerPod().getContainers().get(0))) {
      assertThat(container.getPorts())
          .extracting(ContainerPort::getName)
          .contains(String.valueOf(endpoint.get("port")));
    }
  }

  private static boolean has(Map<String, String> labels, Map<?, ?> spec) {
    return labels
        .entrySet()
        .containsAll(((Map<?, ?>) Yaml.at(spec, "selector", "matchLabels")).entrySet());
  }

  private static List<String> names(Map<?, ?> of) {
    return of.keySet().stream().map(String::valueOf).toList();
  }
}
