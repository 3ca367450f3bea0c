package io.ringtail.it.chart;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.ringtail.cluster.ClusterConfig;
import io.ringtail.router.receive.ReceiveConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That nodes, senders and operators reach what they are to reach, and nothing else. */
class ChartNetworkTest {
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
        .forEach(ChartNetworkTest::requirePortsOfItsPods);
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
  void networkPolicy_byDefault_keepsClusterAndLinksToNodes() {
    NetworkPolicy sampler = DEFAULT.the(NetworkPolicy.class, "-sampler");
    List<NetworkPolicyIngressRule> open =
        sampler.getSpec().getIngress().stream().filter(rule -> rule.getFrom().isEmpty()).toList();
    assertThat(open.stream().flatMap(ChartNetworkTest::portNames)).containsExactly("ops");
    NetworkPolicy router = DEFAULT.the(NetworkPolicy.class, "-router");
    assertThat(
            router.getSpec().getIngress().stream()
                .filter(rule -> rule.getFrom().isEmpty())
                .flatMap(ChartNetworkTest::portNames))
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
                .flatMap(ChartNetworkTest::portNames))
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
    assertThat(policy.getSpec().getIngress().stream().flatMap(ChartNetworkTest::portNames))
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
  void connections_byDefault_endAfterAWhile() {
    assertThat(DEFAULT.routerConfig().receive().times().maxConnectionAge())
        .isPositive()
        .isLessThanOrEqualTo(Duration.ofMinutes(10));
  }
}
