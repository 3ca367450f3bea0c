package io.ringtail.it.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.router.RouterConfig;
import io.ringtail.sampler.SamplerConfig;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The time a pod is given to stop covers what its node does when it stops. */
class StopTimesTest {
  private static final Duration CLOSING = Duration.ofSeconds(10);
  private static final Duration SETTLED_WORD = Duration.ofSeconds(5);
  private static final Duration HANDING_OVER = Duration.ofSeconds(10);

  @Test
  void defaults_rendered_giveBothTiersTheirTime() {
    Rendering rendering = Chart.render(Chart.BACKEND);
    RouterConfig router = rendering.routerConfig();
    assertThat(router.drainDelay()).isEqualTo(Duration.ofSeconds(10));
    assertThat(router.drainGrace()).isEqualTo(Duration.ofSeconds(54)); // 8 + 30 + 10.2 + 5
    assertThat(rendering.routerPod().getTerminationGracePeriodSeconds()).isEqualTo(74);
    assertThat(rendering.samplerConfig().stopGrace()).isEqualTo(Duration.ofSeconds(51));
    assertThat(rendering.samplerPod().getTerminationGracePeriodSeconds()).isEqualTo(61);
  }

  @ParameterizedTest
  @CsvSource({
    "30s, 10s, 8s, 10s, 200ms",
    "5s, 10s, 8s, 5s, 0",
    "1m30s, 2.5s, 500ms, 1m, 1.5s",
    "55m, 1m, 30s, 100ms, 200ms",
    "500ms, 30s, 2s, 3s, 1500us"
  })
  void durations_ofAnySize_fitIntoTheGrace(
      String wait, String timeout, String forward, String lag, String linger) {
    Rendering rendering =
        Chart.render(
            Chart.BACKEND,
            """
            tail_sampling: { decision_wait: %s }
            router: { endpointLag: %s, config: { forward: { timeout: %s } } }
            sampler: { config: { export: { linger: '%s', otlp: { timeout: %s } } } }
            """
                .formatted(wait, lag, forward, linger, timeout));
    RouterConfig router = rendering.routerConfig();
    SamplerConfig sampler = rendering.samplerConfig();
    Duration exporting =
        sampler.export().endpoints().get(0).timeout().plus(sampler.export().linger());
    Duration decided = sampler.tailSampling().decisionWait().plus(exporting);
    assertThat(router.drainGrace())
        .isGreaterThanOrEqualTo(router.forward().timeout().plus(decided).plus(SETTLED_WORD));
    assertThat(pod(rendering.routerPod().getTerminationGracePeriodSeconds()))
        .isGreaterThanOrEqualTo(router.drainDelay().plus(router.drainGrace()).plus(CLOSING));
    assertThat(sampler.stopGrace())
        .isGreaterThanOrEqualTo(decided.plus(HANDING_OVER))
        .isGreaterThanOrEqualTo(exporting.multipliedBy(2).plus(HANDING_OVER));
    assertThat(pod(rendering.samplerPod().getTerminationGracePeriodSeconds()))
        .isGreaterThanOrEqualTo(sampler.stopGrace().plus(CLOSING));
    assertThat(router.retention().cover()).isGreaterThan(decided);
  }

  private static Duration pod(Long seconds) {
    return Duration.ofSeconds(seconds);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "router: { terminationGracePeriodSeconds: 30 }"
            + "|router.terminationGracePeriodSeconds: 30 (expected at least 74",
        "sampler: { terminationGracePeriodSeconds: 60 }"
            + "|sampler.terminationGracePeriodSeconds: 60 (expected at least 61",
        "router: { config: { drain: { grace: 45s } } }"
            + "|router.config.drain.grace: \"45s\" (expected at least 54s",
        "sampler: { config: { stop-grace: 20s } }"
            + "|sampler.config.stop-grace: \"20s\" (expected at least 51s",
        "tail_sampling: { decision_wait: 1h }"
            + "|tail_sampling.decision_wait: \"1h\" (expected shorter: routers would have to wait"
            + " 3624s when they stop, at most 3600s)",
        "router: { autoscaling: { enabled: true, minReplicas: 20 } }"
            + "|router.autoscaling.minReplicas: 20 (expected at most maxReplicas, 10)",
        "sampler: { autoscaling: { enabled: true, cpuPercent: 0 } }"
            + "|sampler.autoscaling: enabled without a metric (expected cpuPercent, bufferedBytes",
        "router: { autoscaling: { enabled: true }, resources: { requests: { cpu: null } } }"
            + "|router.autoscaling.cpuPercent: needs router.resources.requests.cpu",
        "networkPolicy: { egress: { enabled: true } }"
            + "|networkPolicy.egress.rules: missing (expected rules that let samplers reach",
      })
  void values_thatCannotWork_areRefusedWithAWord(String values, String word) {
    assertThatThrownBy(() -> Chart.render(Chart.BACKEND, values)).hasMessageContaining(word);
  }

  @Test
  void backend_nowhere_isRefusedWithAWord() {
    assertThatThrownBy(() -> Chart.render())
        .hasMessageContaining(
            "sampler.config.export.otlp.endpoint: missing (expected the URL of the backend");
  }

  @Test
  void graces_longerThanDerived_areTaken() {
    Rendering rendering =
        Chart.render(
            Chart.BACKEND,
            """
            router: { terminationGracePeriodSeconds: 500, config: { drain: { grace: 2m } } }
            sampler: { config: { stop-grace: 3m } }
            """);
    assertThat(rendering.routerConfig().drainGrace()).isEqualTo(Duration.ofMinutes(2));
    assertThat(rendering.routerPod().getTerminationGracePeriodSeconds()).isEqualTo(500);
    assertThat(rendering.samplerConfig().stopGrace()).isEqualTo(Duration.ofMinutes(3));
    assertThat(rendering.samplerPod().getTerminationGracePeriodSeconds()).isEqualTo(190);
  }
}
