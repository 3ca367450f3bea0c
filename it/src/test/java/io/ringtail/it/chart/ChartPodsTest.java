package io.ringtail.it.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.ringtail.sampler.export.send.HeaderFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pods are given, where they run, and what they may. */
class ChartPodsTest {
  private static final Rendering DEFAULT = Chart.render(Chart.BACKEND);

  @Test
  void pods_byDefault_haveNoRights() {
    assertThat(DEFAULT.the(ServiceAccount.class, "-ringtail").getAutomountServiceAccountToken())
        .isFalse();
    assertThat(DEFAULT.manifests())
        .extracting(HasMetadata::getKind)
        .doesNotContain("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "Secret");
    for (PodSpec pod : List.of(DEFAULT.routerPod(), DEFAULT.samplerPod())) {
      assertThat(pod.getAutomountServiceAccountToken()).isFalse();
      assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
      assertThat(pod.getSecurityContext().getSeccompProfile().getType())
          .isEqualTo("RuntimeDefault");
      Container node = pod.getContainers().get(0);
      assertThat(node.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
      assertThat(node.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
      assertThat(node.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
      assertThat(node.getResources().getLimits()).containsOnlyKeys("memory");
      assertThat(node.getVolumeMounts()).extracting(VolumeMount::getMountPath).contains("/tmp");
      assertThat(node.getCommand()).isEmpty();
      assertThat(node.getLifecycle()).isNull();
    }
    assertThat(DEFAULT.routerPod().getContainers().get(0).getArgs())
        .containsExactly("router", "--config", "/etc/ringtail/ringtail.yaml");
    assertThat(DEFAULT.samplerPod().getContainers().get(0).getArgs())
        .containsExactly("sampler", "--config", "/etc/ringtail/ringtail.yaml");
  }

  @Test
  void probes_ofLife_neverAskForOthers() {
    for (PodSpec pod : List.of(DEFAULT.routerPod(), DEFAULT.samplerPod())) {
      Container node = pod.getContainers().get(0);
      assertThat(node.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/livez");
      assertThat(node.getStartupProbe().getHttpGet().getPath()).isEqualTo("/livez");
      assertThat(node.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/readyz");
      assertThat(node.getStartupProbe().getPeriodSeconds())
          .satisfies(
              p -> assertThat(p * node.getStartupProbe().getFailureThreshold()).isEqualTo(120));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "500m, '', 0, 2",
    "1200m, '', 0, 2",
    "2500m, '', 0, 3",
    "'3', '', 0, 3",
    "'1', '2', 0, none",
    "'1', '', 5, 5",
  })
  void processors_withoutALimit_areThoseRequested(
      String request, String limit, int given, String expected) {
    String limits = limit.isEmpty() ? "" : ", limits: { cpu: '" + limit + "' }";
    Rendering rendering =
        Chart.render(
            Chart.BACKEND,
            "router: { processors: %d, resources: { requests: { cpu: '%s' }%s } }"
                .formatted(given, request, limits));
    String flag = "-XX:ActiveProcessorCount=";
    String options = env(rendering.routerPod(), "JDK_JAVA_OPTIONS");
    if (expected.equals("none")) {
      assertThat(options).doesNotContain(flag);
    } else {
      assertThat(options).contains(flag + expected + " ");
    }
  }

  private static String env(PodSpec pod, String name) {
    return pod.getContainers().get(0).getEnv().stream()
        .filter(e -> e.getName().equals(name))
        .map(EnvVar::getValue)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void user_leftToTheCluster_isNotSet() {
    Rendering open =
        Chart.render(
            Chart.BACKEND,
            "podSecurityContext: { runAsUser: null, runAsGroup: null, fsGroup: null }");
    assertThat(open.samplerPod().getSecurityContext())
        .satisfies(c -> assertThat(c.getRunAsUser()).isNull())
        .satisfies(c -> assertThat(c.getFsGroup()).isNull())
        .satisfies(c -> assertThat(c.getRunAsNonRoot()).isTrue());
  }

  @Test
  void tiers_apart_areSoByThePodsOfTheOther() {
    Rendering required = Chart.render(Chart.BACKEND, "placement: { tiersApart: required }");
    var router =
        required
            .routerPod()
            .getAffinity()
            .getPodAntiAffinity()
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .get(0);
    assertThat(router.getTopologyKey()).isEqualTo("kubernetes.io/hostname");
    assertThat(required.podLabels("sampler"))
        .containsAllEntriesOf(router.getLabelSelector().getMatchLabels());
    assertThat(required.podLabels("router").entrySet())
        .doesNotContainAnyElementsOf(Set.of(Map.entry("app.kubernetes.io/component", "sampler")));
    var sampler =
        required
            .samplerPod()
            .getAffinity()
            .getPodAntiAffinity()
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .get(0);
    assertThat(required.podLabels("router"))
        .containsAllEntriesOf(sampler.getLabelSelector().getMatchLabels());
    assertThat(Chart.render(Chart.BACKEND, "placement: { tiersApart: none }").routerPod())
        .satisfies(pod -> assertThat(pod.getAffinity()).isNull());
  }

  @Test
  void affinity_ofOnesOwn_standsBesideThatOfTiers() {
    Rendering rendering =
        Chart.render(
            Chart.BACKEND,
            """
            placement: { tiersApart: required }
            router:
              affinity:
                podAntiAffinity:
                  requiredDuringSchedulingIgnoredDuringExecution:
                    - topologyKey: kubernetes.io/hostname
                      labelSelector: { matchLabels: { noisy: "true" } }
            """);
    assertThat(
            rendering
                .routerPod()
                .getAffinity()
                .getPodAntiAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution())
        .hasSize(2);
  }

  @Test
  void disk_enabled_isAVolumeOfTheSamplersOwnAndHoldsTheQueue() {
    Rendering rendering = Chart.render(Chart.BACKEND, "sampler: { disk: { enabled: true } }");
    StatefulSet sampler = rendering.the(StatefulSet.class, "-sampler");
    var claim = sampler.getSpec().getVolumeClaimTemplates().get(0);
    VolumeMount mount =
        rendering.samplerPod().getContainers().get(0).getVolumeMounts().stream()
            .filter(m -> m.getName().equals(claim.getMetadata().getName()))
            .findFirst()
            .orElseThrow();
    var disk = rendering.samplerConfig().export().disk().orElseThrow();
    assertThat(disk.directory()).startsWithRaw(Path.of(mount.getMountPath()));
    Quantity size =
        Objects.requireNonNull(claim.getSpec().getResources().getRequests().get("storage"));
    assertThat(disk.maxBytes()).isEqualTo(size.getNumericalAmount().longValue() * 9 / 10);
  }

  @Test
  void headers_fromSecrets_areFilesTheConfigNames() {
    Rendering rendering =
        Chart.render(
            Chart.BACKEND,
            """
            sampler:
              export:
                headersFrom:
                  - { name: Authorization, before: "Bearer ", secret: backend, key: token }
                  - { name: X-Key, secret: other, key: k }
            """);
    Map<String, HeaderFile> files =
        rendering.samplerConfig().export().endpoints().get(0).headerFiles();
    var volume =
        rendering.samplerPod().getVolumes().stream()
            .filter(v -> v.getProjected() != null)
            .findFirst()
            .orElseThrow();
    Path mounted =
        rendering.samplerPod().getContainers().get(0).getVolumeMounts().stream()
            .filter(m -> m.getName().equals(volume.getName()))
            .map(m -> Path.of(m.getMountPath()))
            .findFirst()
            .orElseThrow();
    assertThat(files)
        .containsOnly(
            Map.entry("Authorization", new HeaderFile("Bearer ", mounted.resolve("0"))),
            Map.entry("X-Key", new HeaderFile("", mounted.resolve("1"))));
    assertThat(volume.getProjected().getSources())
        .extracting(
            s -> s.getSecret().getName(),
            s -> s.getSecret().getItems().get(0).getKey(),
            s -> s.getSecret().getItems().get(0).getPath())
        .containsExactly(tuple("backend", "token", "0"), tuple("other", "k", "1"));
  }
}
