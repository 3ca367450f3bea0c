package io.ringtail.it.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code values.schema.json}: knows what there is, and refuses what there is not. */
class ChartSchemaTest {
  private static final Object SCHEMA = Yaml.read(Chart.read("values.schema.json"));
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `((?:router|sampler|tail_sampling)\\.[^`]+)` \\|");

  /** Keys of the product that the chart sets by itself, and refuses. */
  private static final Set<String> CHARTS_OWN =
      Set.of(
          "router.receive.grpc",
          "router.receive.http",
          "router.drain.delay",
          "sampler.link.listen",
          "sampler.link.advertise",
          "sampler.export.disk.directory",
          "sampler.export.disk.max-bytes");

  /** Of no use but to be refused by the product, with a word of its own. */
  private static final Set<String> NOT_SUPPORTED = Set.of("tail_sampling.tail_storage");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "router: { repliacs: 3 }|/router': additional properties 'repliacs' not allowed",
        "routers: { replicas: 3 }|additional properties 'routers' not allowed",
        "router: { replicas: -1 }|/router/replicas': minimum: got -1, want 0",
        "router: { replicas: two }|/router/replicas': got string, want integer",
        "router: { replicas: 2.5 }|/router/replicas': got number, want integer",
        "router: { endpointLag: 10 }|/router/endpointLag': got number, want string",
        "router: { endpointLag: 10sec }|/router/endpointLag': '10sec' does not match pattern",
        "router: { config: { receive: { grpc: 0.0.0.0:1 } } }"
            + "|/router/config/receive': additional properties 'grpc' not allowed",
        "router: { config: { recieve: {} } }|additional properties 'recieve' not allowed",
        "router: { config: { retention: { when-full: drop } } }"
            + "|/when-full': value must be one of 'forget', 'refuse'",
        "router: { config: { retention: { max-bytes: 1 Gigabyte } } }"
            + "|/max-bytes': '1 Gigabyte' does not match pattern",
        "router: { resources: { limits: { cpu: '2' , memory: null } } }"
            + "|/router/resources/limits': missing property 'memory'",
        "router: { resources: { limits: { memory: 2GiB } } }"
            + "|/router/resources/limits/memory': '2GiB' does not match pattern",
        "router: { service: { type: Loadbalancer } }"
            + "|/type': value must be one of 'ClusterIP', 'NodePort', 'LoadBalancer'",
        "router: { service: { grpcPort: 70000 } }|/grpcPort': maximum: got 70,000, want 65,535",
        "router: { topologySpread: [{ topologyKey: zone, maxSkew: 1 }] }"
            + "|/topologySpread/0': missing property 'whenUnsatisfiable'",
        "router: { pdb: { maxUnavailable: 150% } }|/maxUnavailable': '150%' does not match pattern",
        "sampler: { config: { weight: 0 } }|/sampler/config/weight': minimum: got 0, want 1",
        "sampler: { config: { high-water: 1 } }|/high-water': maximum: got 1, want 0.9",
        "sampler: { config: { export: { otlp: { endpoint: 'backend:4317' } } } }"
            + "|/endpoint': 'backend:4317' does not match pattern",
        "sampler: { config: { export: { otlp: { protocol: grpcs } } } }"
            + "|/protocol': value must be one of 'grpc', 'http'",
        "sampler: { config: { link: { listen: '0.0.0.0:1' } } }"
            + "|/sampler/config': additional properties 'link' not allowed",
        "sampler: { disk: { size: 10GB } }|/sampler/disk/size': '10GB' does not match pattern",
        "sampler: { extraVolumeMounts: [{ name: a }] }|/0': missing property 'mountPath'",
        "sampler: { extraContainers: [{ image: a }] }|/extraContainers/0': missing property 'name'",
        "router: { podSpec: { nodeSelector: {} } }"
            + "|/router/podSpec': additional properties 'nodeSelector' not allowed",
        "router: { pdb: { unhealthyPodEvictionPolicy: Always } }"
            + "|/unhealthyPodEvictionPolicy': value must be one of '', 'IfHealthyBudget'",
        "extraObjects: { a: b }|/extraObjects': got object, want array",
        "tail_sampling: { decision_wait: 30 }|/decision_wait': got number, want string",
        "tail_sampling: { decision-wait: 30s }|additional properties 'decision-wait' not allowed",
        "tail_sampling: { policies: [] }|/policies': minItems: got 0, want 1",
        "tail_sampling: { policies: [{ name: a, type: latenzy }] }"
            + "|/policies/0/type': value must be one of 'always_sample'",
        "tail_sampling: { policies: [{ type: always_sample }] }|missing property 'name'",
        "tail_sampling: { policies: [{ name: a, type: latency, latency: { threshold: 1 } }] }"
            + "|/latency': additional properties 'threshold' not allowed",
        "tail_sampling: { policies: [{ name: a, type: status_code, status_code: { status_codes:"
            + " [FAILED] } }] }|/status_codes/0': value must be one of 'OK', 'ERROR', 'UNSET'",
        "image: { digest: 'sha256:1' }|/image/digest': 'sha256:1' does not match pattern",
        "image: { pullPolicy: Sometimes }"
            + "|/pullPolicy': value must be one of 'Always', 'IfNotPresent', 'Never'",
        "image: { repository: '' }|/image/repository': minLength: got 0, want 1",
        "log: { level: verbose }|/log/level': value must be one of 'error', 'warn', 'info'",
        "fullnameOverride: Not_A_Name|/fullnameOverride': 'Not_A_Name' does not match pattern",
        "placement: { tiersApart: always }"
            + "|/tiersApart': value must be one of 'required', 'preferred', 'none'",
        "networkPolicy: { enabled: 'yes' }|/networkPolicy/enabled': got string, want boolean",
        "monitoring: { podMonitor: { interval: 15 } }|/interval': got number, want string",
        "probes: { liveness: { initialDelaySeconds: 3 } }"
            + "|additional properties 'initialDelaySeconds' not allowed",
      })
  void values_thatAreWrong_areRefusedWithPlaceAndReason(String values, String word) {
    assertThatThrownBy(() -> Chart.render(Chart.BACKEND, values))
        .hasMessageContaining("values don't meet the specifications of the schema")
        .hasMessageContaining(word);
  }

  @Test
  void schema_besideTheValues_knowsEachOfThem() {
    for (String key : Yaml.leaves(Chart.defaults()).keySet()) {
      assertThat(schemaAt(key)).as(key).isNotNull();
    }
  }

  @Test
  void schema_besideTheProductsKeys_takesAllButTheChartsOwn() throws IOException {
    Set<String> product = productKeys();
    assertThat(product).hasSizeGreaterThan(80).containsAll(CHARTS_OWN);
    for (String key : product) {
      if (!NOT_SUPPORTED.contains(key)) {
        boolean taken = schemaAt(valueOf(key)) != null;
        assertThat(taken).as(key).isEqualTo(!CHARTS_OWN.contains(key));
      }
    }
  }

  @Test
  void schema_ofConfig_hasNoKeyTheProductHasNot() throws IOException {
    Set<String> product = productKeys();
    Set<String> known = new TreeSet<>();
    leaves("router", schemaAt("router.config"), known);
    leaves("sampler", schemaAt("sampler.config"), known);
    leaves("tail_sampling", schemaAt("tail_sampling"), known);
    known.removeIf(
        key -> // within policies: see the product's own words; headers have names of any kind
        key.startsWith("tail_sampling.policies[]") || key.endsWith(".headers"));
    assertThat(product).containsAll(known);
  }

  private static Set<String> productKeys() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "configuration.md"));
    Set<String> keys = new TreeSet<>();
    Matcher row = ROW.matcher(page);
    while (row.find()) {
      keys.add(row.group(1));
    }
    return keys;
  }

  private static String valueOf(String productKey) {
    return productKey.startsWith("tail_sampling.")
        ? productKey
        : productKey.replaceFirst("\\.", ".config.");
  }

  private static void leaves(String path, @Nullable Object schema, Set<String> out) {
    Object properties = schema instanceof Map<?, ?> map ? map.get("properties") : null;
    if (properties instanceof Map<?, ?> map) {
      map.forEach((key, value) -> leaves(path + "." + key, resolved(value), out));
    } else if (schema instanceof Map<?, ?> map
        && resolved(map.get("items")) instanceof Map<?, ?> items
        && items.containsKey("properties")) {
      leaves(path + "[]", items, out);
    } else {
      out.add(path);
    }
  }

  /** The schema of a dotted key, lists as {@code []}; null if the key is not known. */
  private static @Nullable Object schemaAt(String key) {
    @Nullable Object at = SCHEMA;
    for (String step : key.split("\\.", -1)) {
      at = property(at, step.replace("[]", ""));
      if (step.endsWith("[]")) {
        at = at instanceof Map<?, ?> map ? resolved(map.get("items")) : null;
      }
    }
    return at;
  }

  private static @Nullable Object property(@Nullable Object schema, String name) {
    if (!(schema instanceof Map<?, ?> map)) {
      return null;
    }
    if (map.get("properties") instanceof Map<?, ?> properties && properties.containsKey(name)) {
      return resolved(properties.get(name));
    }
    boolean closed = Boolean.FALSE.equals(map.get("additionalProperties"));
    boolean anyOf = map.isEmpty() || "object".equals(map.get("type"));
    return closed || !anyOf ? null : Map.of();
  }

  private static @Nullable Object resolved(@Nullable Object schema) {
    if (schema instanceof Map<?, ?> map && map.get("$ref") instanceof String ref) {
      return Yaml.at(SCHEMA, "definitions", ref.substring(ref.lastIndexOf('/') + 1));
    }
    return schema;
  }
}
