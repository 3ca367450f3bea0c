package io.ringtail.it.chart;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.ringtail.config.ConfigFile;
import io.ringtail.router.RouterConfig;
import io.ringtail.sampler.SamplerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the chart rendered.
 *
 * @param text as Helm printed it
 * @param manifests typed by Kubernetes' model
 */
record Rendering(String text, List<HasMetadata> manifests) {
  private static final Pattern SEPARATOR = Pattern.compile("(?m)^---\\s*$");
  private static final KubernetesSerialization MODEL = new KubernetesSerialization();

  /** What a kubelet puts in place of a pod's fields. */
  static final Map<String, String> POD =
      Map.of("POD_NAME", "shop-ringtail-0", "POD_IP", "10.1.2.3", "POD_ZONE", "zone-a");

  Rendering {
    manifests = List.copyOf(manifests);
  }

  static Rendering of(String text) {
    List<HasMetadata> manifests = new ArrayList<>();
    for (String document : SEPARATOR.split(text)) {
      if (!document.replaceAll("(?m)^\\s*(#.*)?$", "").isBlank()) {
        manifests.add(MODEL.unmarshal(document));
      }
    }
    return new Rendering(text, manifests);
  }

  /** The one of a kind whose name ends so; empty if there is none. */
  <T extends HasMetadata> Optional<T> find(Class<T> kind, String nameEnding) {
    List<T> found =
        manifests.stream()
            .filter(kind::isInstance)
            .map(kind::cast)
            .filter(m -> m.getMetadata().getName().endsWith(nameEnding))
            .toList();
    if (found.size() > 1) {
      throw new AssertionError(found.size() + " of " + kind.getSimpleName() + " " + nameEnding);
    }
    return found.stream().findFirst();
  }

  <T extends HasMetadata> T the(Class<T> kind, String nameEnding) {
    return find(kind, nameEnding)
        .orElseThrow(() -> new AssertionError("no " + kind.getSimpleName() + " " + nameEnding));
  }

  PodSpec routerPod() {
    return the(Deployment.class, "-router").getSpec().getTemplate().getSpec();
  }

  PodSpec samplerPod() {
    return the(StatefulSet.class, "-sampler").getSpec().getTemplate().getSpec();
  }

  /** Labels of the pods of a tier. */
  Map<String, String> podLabels(String tier) {
    return tier.equals("router")
        ? the(Deployment.class, "-router").getSpec().getTemplate().getMetadata().getLabels()
        : the(StatefulSet.class, "-sampler").getSpec().getTemplate().getMetadata().getLabels();
  }

  /** The config file a tier's ConfigMap holds. */
  String config(String tier) {
    return Objects.requireNonNull(the(ConfigMap.class, "-" + tier).getData().get("ringtail.yaml"));
  }

  /** As the router reads it, with what the kubelet fills in; problems are failures. */
  RouterConfig routerConfig() {
    ConfigFile file = file("router");
    file.root().ignore("sampler");
    file.root().ignore("tail_sampling");
    RouterConfig config = RouterConfig.read(file.root());
    requireNoProblems(file);
    return config;
  }

  SamplerConfig samplerConfig() {
    ConfigFile file = file("sampler");
    SamplerConfig config = SamplerConfig.read(file.root());
    requireNoProblems(file);
    return config;
  }

  private ConfigFile file(String tier) {
    return ConfigFile.read(tier + ".yaml", config(tier), POD::get);
  }

  private static void requireNoProblems(ConfigFile file) {
    if (!file.problems().isEmpty()) {
      throw new AssertionError(file.problems().toString());
    }
  }
}
