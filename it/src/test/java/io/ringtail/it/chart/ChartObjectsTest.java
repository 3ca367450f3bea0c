package io.ringtail.it.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** That the objects fit each other, and the product: names, labels, numbers of pods, rollouts. */
class ChartObjectsTest {
  private static final Rendering DEFAULT = Chart.render(Chart.BACKEND);

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
  void names_ofAnyLength_fitIntoLabels() {
    Rendering rendering = Chart.render(Chart.BACKEND, "fullnameOverride: " + "a".repeat(44));
    for (HasMetadata manifest : rendering.manifests()) {
      assertThat(manifest.getMetadata().getName()).hasSizeLessThanOrEqualTo(52);
    }
    assertThat(rendering.the(ConfigMap.class, "-router").getData()).isNotEmpty();
  }
}
