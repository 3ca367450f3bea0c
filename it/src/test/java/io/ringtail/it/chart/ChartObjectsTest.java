package io.ringtail.it.chart;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.ringtail.cluster.ClusterConfig;
import io.ringtail.router.receive.ReceiveConfig;
import io.ringtail.sampler.export.send.HeaderFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That the objects fit each other, and the product. */
class ChartObjectsTest {
  private static final Rendering DEFAULT = Chart.render(Chart.BACKEND);

  @Test
  void members_inDns_areBothTiersReadyOrNot() {
    ClusterConfig cluster = DEFAULT.routerConfig().cluster();
    assertThat(cluster).isEqualTo(DEFAULT.samplerConfig().cluster());
    assertThat(cluster.discovery()).isEqualTo(ClusterConfig.Discovery.DNS);
    Service members = DEFAULT.the(Service.class, "-members");
    assertThat(cluster.dns()).isEqualTo(members.getMetadata().getName());
    assertThat(members.getSpec().getClusterIP()).isEqualTo("None");
    assertThat(members.getSpec().getPublishNotReadyAddresses()).isTrue();
    assertThat(DEFAULT.podLabels("router")).containsAllEntriesOf(members.getSpec().getSelector());
    assertThat(DEFAULT.podLabels("sampler")).containsAllEntriesOf(members.getSpec().getSelector());
    assertThat(cluster.bindHost()).isEqualTo(Rendering.POD.get("POD_IP"));
    assertThat(ports(DEFAULT.routerPod())).containsEntry("cluster", cluster.bindPort());
    assertThat(ports(DEFAULT.samplerPod()))
        .containsEntry("cluster", cluster.bindPort())
        .containsEntry("cluster-fd", cluster.bindPort() + 100);
  }

  @Test
  void services_ports_areThoseTheNodesListenOn() {
    Map<String, Integer> router = ports(DEFAULT.routerPod());
    ReceiveConfig receive = DEFAULT.routerConfig().receive();
    assertThat(requireNonNull(receive.grpc()).getPort()).isEqualTo(router.get("otlp-grpc"));
    assertThat(requireNonNull(receive.http()).getPort()).isEqualTo(router.get("otlp-http"));
    assertThat(DEFAULT.routerConfig().ops().port()).isEqualTo(router.get("ops"));
    Map<String, Integer> sampler = ports(DEFAULT.samplerPod());
    assertThat(DEFAULT.samplerConfig().listen().getPort()).isEqualTo(sampler.get("link"));
    assertThat(DEFAULT.samplerConfig().ops().port()).isEqualTo(sampler.get("ops"));
    assertThat(DEFAULT.samplerConfig().advertise()).isEqualTo("10.1.2.3:" + sampler.get("link"));
    DEFAULT.manifests().stream()
        .filter(Service.class::isInstance)
        .map(Service.class::cast)
        .forEach(ChartObjectsTest::requirePortsOfItsPods);
  }

  private static void requirePortsOfItsPods(Service service) {
    Map<String, String> selector = service.getSpec().getSelector();
    for (String tier : List.of("router", "sampler")) {
      if (DEFAULT.podLabels(tier).entrySet().containsAll(selector.entrySet())) {
        PodSpec pod = tier.equals("router") ? DEFAULT.routerPod() : DEFAULT.samplerPod();
        for (ServicePort port : service.getSpec().getPorts()) {
          assertThat(ports(pod)).containsKey(port.getTargetPort().getStrVal());
        }
      }
    }
  }

  private static Map<String, Integer> ports(PodSpec pod) {
    return pod.getContainers().get(0).getPorts().stream()
        .collect(Collectors.toMap(ContainerPort::getName, ContainerPort::getContainerPort));
  }

  @Test
  void selectors_ofTheTwoTiers_areNotMixedUp() {
    Deployment router = DEFAULT.the(Deployment.class, "-router");
    StatefulSet sampler = DEFAULT.the(StatefulSet.class, "-sampler");
    Map<String, String> routers = router.getSpec().getSelector().getMatchLabels();
    Map<String, String> samplers = sampler.getSpec().getSelector().getMatchLabels();
    assertThat(DEFAULT.podLabels("router")).containsAllEntriesOf(routers);
    assertThat(DEFAULT.podLabels("sampler")).containsAllEntriesOf(samplers);
    assertThat(routers).isNotEqualTo(samplers);
    for (String tier : List.of("router", "sampler")) {
      assertThat(
              DEFAULT
                  .the(PodDisruptionBudget.class, "-" + tier)
                  .getSpec()
                  .getSelector()
                  .getMatchLabels())
          .isEqualTo(tier.equals("router") ? routers : samplers);
    }
    assertThat(DEFAULT.the(Service.class, "-router").getSpec().getSelector()).isEqualTo(routers);
    assertThat(DEFAULT.the(Service.class, sampler.getSpec().getServiceName()).getSpec())
        .satisfies(s -> assertThat(s.getSelector()).isEqualTo(samplers))
        .satisfies(s -> assertThat(s.getPublishNotReadyAddresses()).isTrue());
  }

  @Test
  void samplers_started_comeTogetherAndAreRolledOneByOne() {
    StatefulSet sampler = DEFAULT.the(StatefulSet.class, "-sampler");
    assertThat(sampler.getSpec().getPodManagementPolicy()).isEqualTo("Parallel");
    assertThat(sampler.getSpec().getUpdateStrategy().getType()).isEqualTo("RollingUpdate");
    assertThat(sampler.getSpec().getUpdateStrategy().getRollingUpdate().getMaxUnavailable())
        .isNull();
    assertThat(sampler.getSpec().getMinReadySeconds()).isPositive();
    assertThat(DEFAULT.the(Deployment.class, "-router").getSpec().getStrategy().getRollingUpdate())
        .satisfies(r -> assertThat(r.getMaxUnavailable().getIntVal()).isZero());
  }

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
  void configs_policyChanged_rollsOnlySamplers() {
    Rendering other =
        Chart.render(
            Chart.BACKEND, "tail_sampling: { policies: [{ name: all, type: always_sample }] }");
    assertThat(routerAnnotations(other)).isEqualTo(routerAnnotations(DEFAULT));
    assertThat(samplerAnnotations(other)).isNotEqualTo(samplerAnnotations(DEFAULT));
    Rendering longer = Chart.render(Chart.BACKEND, "tail_sampling: { decision_wait: 45s }");
    assertThat(routerAnnotations(longer)).isNotEqualTo(routerAnnotations(DEFAULT));
  }

  private static Map<String, String> routerAnnotations(Rendering rendering) {
    return rendering
        .the(Deployment.class, "-router")
        .getSpec()
        .getTemplate()
        .getMetadata()
        .getAnnotations();
  }

  private static Map<String, String> samplerAnnotations(Rendering rendering) {
    return rendering
        .the(StatefulSet.class, "-sampler")
        .getSpec()
        .getTemplate()
        .getMetadata()
        .getAnnotations();
  }

  @Test
  void annotations_ofOnesOwn_winOverTheCharts() {
    String key = "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes";
    assertThat(routerAnnotations(DEFAULT)).containsEntry(key, "tmp");
    Rendering other =
        Chart.render(Chart.BACKEND, "router: { podAnnotations: { " + key + ": none } }");
    assertThat(routerAnnotations(other)).containsEntry(key, "none").containsKey("checksum/config");
  }

  @Test
  void chart_asAPartOfAnother_takesWhatHelmAdds() {
    assertThat(Chart.render(Chart.BACKEND, "{ enabled: true, global: { region: x } }").text())
        .isEqualTo(DEFAULT.text());
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

  @Test
  void networkPolicy_byDefault_keepsClusterAndLinksToNodes() {
    NetworkPolicy sampler = DEFAULT.the(NetworkPolicy.class, "-sampler");
    List<NetworkPolicyIngressRule> open =
        sampler.getSpec().getIngress().stream().filter(rule -> rule.getFrom().isEmpty()).toList();
    assertThat(open.stream().flatMap(ChartObjectsTest::portNames)).containsExactly("ops");
    NetworkPolicy router = DEFAULT.the(NetworkPolicy.class, "-router");
    assertThat(
            router.getSpec().getIngress().stream()
                .filter(rule -> rule.getFrom().isEmpty())
                .flatMap(ChartObjectsTest::portNames))
        .containsExactlyInAnyOrder("ops", "otlp-grpc", "otlp-http");
    NetworkPolicyIngressRule nodes =
        sampler.getSpec().getIngress().stream()
            .filter(rule -> !rule.getFrom().isEmpty())
            .findFirst()
            .orElseThrow();
    assertThat(portNames(nodes)).containsExactlyInAnyOrder("cluster", "cluster-fd", "link");
    Map<String, String> peers = nodes.getFrom().get(0).getPodSelector().getMatchLabels();
    assertThat(DEFAULT.podLabels("router")).containsAllEntriesOf(peers);
    assertThat(DEFAULT.podLabels("sampler")).containsAllEntriesOf(peers);
  }

  private static Stream<String> portNames(NetworkPolicyIngressRule rule) {
    return rule.getPorts().stream()
        .map(NetworkPolicyPort::getPort)
        .map(port -> String.valueOf(port.getValue()));
  }

  @Test
  void admin_unlessExposed_staysInsideThePods() {
    assertThat(ports(DEFAULT.routerPod())).doesNotContainKey("admin");
    assertThat(DEFAULT.routerConfig().admin().listen().orElseThrow().getAddress())
        .satisfies(a -> assertThat(a.isLoopbackAddress()).isTrue());
    Rendering exposed = Chart.render(Chart.BACKEND, "admin: { expose: true }");
    assertThat(exposed.samplerConfig().admin().listen().orElseThrow().getPort())
        .isEqualTo(ports(exposed.samplerPod()).get("admin"));
    assertThat(
            exposed.the(NetworkPolicy.class, "-sampler").getSpec().getIngress().stream()
                .filter(rule -> rule.getFrom().isEmpty())
                .flatMap(ChartObjectsTest::portNames))
        .containsExactly("ops");
    assertThat(exposed.the(Pod.class, "-test-status").getSpec().getContainers().get(0).getArgs())
        .containsExactly("status", "--node", "shop-ringtail-members:4320", "--timeout", "30s");
  }

  @Test
  void probe_enabled_isReachedByItsServiceAndWaitsLongEnough() {
    Rendering rendering =
        Chart.render(
            Chart.BACKEND,
            "{ test: { probe: { enabled: true } }, tail_sampling: { decision_wait: 4s } }");
    Pod probe = rendering.the(Pod.class, "-test-probe");
    Service service = rendering.the(Service.class, "-probe");
    assertThat(probe.getMetadata().getLabels())
        .containsAllEntriesOf(service.getSpec().getSelector());
    assertThat(service.getSpec().getPublishNotReadyAddresses()).isTrue();
    assertThat(probe.getMetadata().getAnnotations()).containsEntry("shown/hook", "test");
    assertThat(
            Chart.renderWithoutHooks(Chart.BACKEND, "test: { probe: { enabled: true } }")
                .find(Pod.class, "-test-probe"))
        .isEmpty();
    Container container = probe.getSpec().getContainers().get(0);
    assertThat(container.getArgs())
        .containsExactly(
            "probe",
            "--endpoint",
            "shop-ringtail-router:4317",
            "--listen",
            "0.0.0.0:4317",
            "--spread",
            "2s",
            "--wait",
            "49200ms");
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    NetworkPolicy policy = rendering.the(NetworkPolicy.class, "-probe");
    assertThat(probe.getMetadata().getLabels())
        .containsAllEntriesOf(policy.getSpec().getPodSelector().getMatchLabels());
    assertThat(policy.getSpec().getIngress().stream().flatMap(ChartObjectsTest::portNames))
        .containsExactly("otlp-grpc");
    for (String tier : List.of("router", "sampler")) {
      Service members = rendering.the(Service.class, "-members");
      assertThat(probe.getMetadata().getLabels().entrySet())
          .as("not a member, nor behind the front door")
          .doesNotContainAnyElementsOf(Set.of(Map.entry("app.kubernetes.io/component", tier)))
          .isNotEqualTo(members.getSpec().getSelector().entrySet());
    }
  }

  @Test
  void autoscaling_enabled_leavesReplicasToIt() {
    Rendering rendering =
        Chart.render(
            Chart.BACKEND,
            "{ router: { autoscaling: { enabled: true } }, sampler: { autoscaling: { enabled: true"
                + " } } }");
    assertThat(rendering.the(Deployment.class, "-router").getSpec().getReplicas()).isNull();
    assertThat(rendering.the(StatefulSet.class, "-sampler").getSpec().getReplicas()).isNull();
    HorizontalPodAutoscaler samplers = rendering.the(HorizontalPodAutoscaler.class, "-sampler");
    assertThat(samplers.getSpec().getScaleTargetRef().getName())
        .isEqualTo(rendering.the(StatefulSet.class, "-sampler").getMetadata().getName());
    assertThat(samplers.getSpec().getBehavior().getScaleDown().getPolicies())
        .singleElement()
        .satisfies(p -> assertThat(p.getValue()).isEqualTo(1))
        .satisfies(
            p ->
                assertThat(p.getPeriodSeconds().longValue())
                    .isGreaterThanOrEqualTo(
                        rendering.samplerPod().getTerminationGracePeriodSeconds()));
  }

  @Test
  void connections_byDefault_endAfterAWhile() {
    assertThat(DEFAULT.routerConfig().receive().times().maxConnectionAge())
        .isPositive()
        .isLessThanOrEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void names_ofAnyLength_fitIntoLabels() {
    Rendering rendering = Chart.render(Chart.BACKEND, "fullnameOverride: " + "a".repeat(44));
    for (HasMetadata manifest : rendering.manifests()) {
      assertThat(manifest.getMetadata().getName()).hasSizeLessThanOrEqualTo(52);
    }
    assertThat(rendering.the(ConfigMap.class, "-router").getData()).isNotEmpty();
  }
}
