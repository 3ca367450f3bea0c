package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringtail.config.ConfigFile;
import io.ringtail.config.ConfigProblem;
import io.ringtail.sampler.export.ExportConfig.Balance;
import io.ringtail.sampler.export.send.HeaderFile;
import io.ringtail.sampler.export.send.OtlpEndpoint;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExportConfigTest {
  @Test
  void config_empty_defaults() {
    assertThat(ExportConfig.defaults())
        .isEqualTo(
            new ExportConfig(
                List.of(),
                Balance.SPREAD,
                8,
                Long.MAX_VALUE,
                Optional.empty(),
                64 << 20,
                Optional.empty(),
                3 << 20,
                8192,
                Duration.ofMillis(200),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30)));
  }

  @Test
  void config_everyKey_mapped() {
    ConfigFile file =
        ConfigFile.read(
            "x.yaml",
            """
            otlp:
              endpoints: ["http://a:1", "https://b/custom"]
              balance: failover
              protocol: http
              compression: gzip
              headers: { Authorization: Bearer x }
              timeout: 3s
              max-in-flight: 2
            file: /tmp/kept.jsonl
            max-queued-bytes: 1MiB
            disk: { directory: /tmp/queue, max-bytes: 2GiB }
            max-request-bytes: 64KiB
            max-request-spans: 10
            linger: 50ms
            retry: { initial: 1s, max: 2s }
            """);
    Map<String, String> headers = Map.of("Authorization", "Bearer x");
    OtlpEndpoint.Protocol http = OtlpEndpoint.Protocol.HTTP;
    Duration timeout = Duration.ofSeconds(3);

    assertThat(ExportConfig.read(file.root()))
        .isEqualTo(
            new ExportConfig(
                List.of(
                    new OtlpEndpoint(URI.create("http://a:1"), http, true, headers, timeout),
                    new OtlpEndpoint(URI.create("https://b/custom"), http, true, headers, timeout)),
                Balance.FAILOVER,
                2,
                Long.MAX_VALUE,
                Optional.of(Path.of("/tmp/kept.jsonl")),
                1 << 20,
                Optional.of(new ExportConfig.DiskQueue(Path.of("/tmp/queue"), 2L << 30)),
                64 << 10,
                10,
                Duration.ofMillis(50),
                Duration.ofSeconds(1),
                Duration.ofSeconds(2)));
    assertThat(file.problems()).isEmpty();
    assertThat(file.effective()).doesNotContain("Bearer");
  }

  @Test
  void endpoint_withUserInfo_isRefusedAndNotShown() {
    ConfigFile file = ConfigFile.read("x.yaml", "otlp: { endpoint: 'https://me:pw@b/x?k=1' }\n");
    assertThat(ExportConfig.read(file.root()).endpoints()).isEmpty();
    assertThat(file.problems().stream().map(ConfigProblem::toString))
        .containsExactly(
            "x.yaml:1:19: otlp.endpoint: \"https://****@b/x?****\" (expected a URL without user"
                + " info; headers: { Authorization: ... } carries it)");
  }

  @Test
  void endpoints_wrongOnes_allToldAtTheirPlace() {
    ConfigFile file =
        ConfigFile.read(
            "x.yaml", "otlp:\n  endpoints:\n  - b:1\n  - http://c:1\n  - 'http://c d'\n");
    assertThat(ExportConfig.read(file.root()).endpoints()).hasSize(1);
    assertThat(file.problems().stream().map(ConfigProblem::toString))
        .containsExactly(
            "x.yaml:3:5: otlp.endpoints[0]: \"b:1\" (expected a URL such as http://127.0.0.1:4317)",
            "x.yaml:5:5: otlp.endpoints[2]: \"http://c d\" (expected a URL: Illegal character in"
                + " authority)");
  }

  @Test
  void config_mistakes_allTold() {
    ConfigFile file =
        ConfigFile.read(
            "x.yaml",
            """
            otlp:
              endpoint: localhost:4317
              compression: zstd
              headers: { Host: x }
            retry: { initial: 10s, max: 2s }
            """);
    ExportConfig unused = ExportConfig.read(file.root());

    assertThat(unused.endpoints()).isEmpty();
    assertThat(file.problems().stream().map(ConfigProblem::toString))
        .containsExactly(
            "x.yaml:2:13: otlp.endpoint: \"localhost:4317\" (expected a URL such as"
                + " http://127.0.0.1:4317)",
            "x.yaml:3:16: otlp.compression: \"zstd\" (expected one of: none, gzip)",
            "x.yaml:4:20: otlp.headers.Host: cannot be set (expected another header name)",
            "x.yaml:5:29: retry.max: is less than retry.initial (expected at least as long)");
  }

  @Test
  void headersFiles_pathsWithWordsBefore_areReadAndMistakesTold() {
    ConfigFile file =
        ConfigFile.read(
            "x.yaml",
            """
            otlp:
              endpoint: http://a:1
              headers: { X-Both: a }
              headers-files:
                Authorization: Bearer /run/token
                X-Both: /run/both
                X-None: token
                Host: /run/host
            """);
    ExportConfig config = ExportConfig.read(file.root());
    assertThat(config.endpoints().get(0).headerFiles())
        .containsOnly(Map.entry("Authorization", new HeaderFile("Bearer ", Path.of("/run/token"))));
    assertThat(file.problems().stream().map(ConfigProblem::toString))
        .containsExactly(
            "x.yaml:6:13: otlp.headers-files.X-Both: is among headers too (expected one of the"
                + " two)",
            "x.yaml:7:13: otlp.headers-files.X-None: \"token\" (expected an absolute path, perhaps"
                + " with words before: Bearer /a/b)",
            "x.yaml:8:11: otlp.headers-files.Host: cannot be set (expected another header name)");
  }
}
