package io.ringtail.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
  private static final Duration MIN = Duration.ofMillis(1);
  private static final Duration MAX = Duration.ofHours(1);

  private enum Discovery {
    STATIC,
    DNS,
    KUBERNETES_API
  }

  private static ConfigFile file(String text) {
    return ConfigFile.read("ringtail.yaml", text, Map.of("PORT", "4317", "EMPTY", "")::get);
  }

  private static List<String> lines(ConfigFile file) {
    return file.problems().stream().map(ConfigProblem::toString).toList();
  }

  @Test
  void file_fiveMistakes_allFiveToldWithTheirPlace() {
    ConfigFile file =
        file(
            """
            sampler:
              max-bufered-bytes: 1GiB
              decision-wait: "30"
              shards: 9999
              link: [ 127.0.0.1 ]
            router:
              discovery: dnss
            """);
    ConfigSection sampler = file.root().section("sampler");
    sampler.bytes("max-buffered-bytes", 1 << 20, 1, Long.MAX_VALUE);
    sampler.duration("decision-wait", Duration.ofSeconds(30), MIN, MAX);
    sampler.integer("shards", 0, 0, 64);
    sampler.section("link").string("listen", "");
    file.root().section("router").oneOf("discovery", Discovery.STATIC);

    assertThat(lines(file))
        .containsExactly(
            "ringtail.yaml:2:3: sampler.max-bufered-bytes: unknown key (known: decision-wait, link,"
                + " max-buffered-bytes, shards), did you mean max-buffered-bytes?",
            "ringtail.yaml:3:18: sampler.decision-wait: \"30\" (expected a duration with a unit:"
                + " 500ms, 30s, 2m)",
            "ringtail.yaml:4:11: sampler.shards: \"9999\" (expected 0 to 64)",
            "ringtail.yaml:5:9: sampler.link: a list (expected a mapping)",
            "ringtail.yaml:7:14: router.discovery: \"dnss\" (expected one of: static, dns,"
                + " kubernetes-api)");
  }

  @Test
  void section_allTypes_read() {
    ConfigFile file =
        file(
            """
            wait: 1m30s
            bytes: 64KiB
            count: 7
            ratio: 0.5
            on: true
            name: x
            kind: kubernetes_api
            grpc: "[::1]:${env:PORT}"
            hosts: [a, b]
            headers: { X-Scope-OrgID: t1 }
            members:
              - id: a
              - id: b
            """);
    ConfigSection root = file.root();

    assertThat(root.duration("wait", MIN, MIN, MAX)).isEqualTo(Duration.ofSeconds(90));
    assertThat(root.bytes("bytes", 1, 1, Long.MAX_VALUE)).isEqualTo(65_536);
    assertThat(root.integer("count", 1, 0, 10)).isEqualTo(7);
    assertThat(root.number("ratio", 1, 0, 1)).isEqualTo(0.5);
    assertThat(root.bool("on", false)).isTrue();
    assertThat(root.string("name", "")).isEqualTo("x");
    assertThat(root.oneOf("kind", Discovery.DNS)).isEqualTo(Discovery.KUBERNETES_API);
    assertThat(root.hostPort("grpc", "127.0.0.1:0").getHostString()).isEqualTo("::1");
    assertThat(root.hostPort("grpc", "127.0.0.1:0").getPort()).isEqualTo(4317);
    assertThat(root.strings("hosts")).containsExactly("a", "b");
    assertThat(root.secrets("headers")).containsExactly(Map.entry("X-Scope-OrgID", "t1"));
    assertThat(root.sections("members").stream().map(m -> m.required("id")).toList())
        .containsExactly("a", "b");
    assertThat(lines(file)).isEmpty();
  }

  @Test
  void hostPort_unknownHost_isAProblem() {
    ConfigFile file = file("listen: nosuch.invalid:1\n");

    assertThat(file.root().hostPort("listen", "127.0.0.1:5").getPort()).isEqualTo(5);
    assertThat(lines(file))
        .containsExactly(
            "ringtail.yaml:1:9: listen: \"nosuch.invalid:1\" (expected a host known here)");
  }

  @Test
  void section_emptyFile_givesDefaults() {
    ConfigFile file = file("wait:\n");

    assertThat(file.root().duration("wait", MIN, MIN, MAX)).isEqualTo(MIN);
    assertThat(file.root().section("a").section("b").integer("c", 3, 0, 9)).isEqualTo(3);
    assertThat(file.root().has("wait")).isFalse();
    assertThat(lines(file)).isEmpty();
    assertThat(new ConfigSection().strings("x")).isEmpty();
  }

  @Test
  void environment_missingVariable_isAProblemAndADefaultIsNot() {
    ConfigFile file =
        file("a: ${env:NOPE}\nb: ${env:NOPE:-x}${env:EMPTY:-y}\nc: $${env:NOPE}\nd: ^foo$\n");

    assertThat(file.root().string("a", "otherwise")).isEqualTo("otherwise");
    assertThat(file.root().string("b", "")).isEqualTo("xy");
    assertThat(file.root().string("c", "")).isEqualTo("${env:NOPE}");
    assertThat(file.root().string("d", "")).isEqualTo("^foo$");
    assertThat(lines(file))
        .containsExactly("ringtail.yaml:1:4: a: environment variable NOPE is not set");
  }

  @Test
  void file_keyTwice_isAProblem() {
    ConfigFile file = file("a: 1\na: 2\n");

    assertThat(file.root().integer("a", 0, 0, 9)).isEqualTo(1);
    assertThat(lines(file)).containsExactly("ringtail.yaml:2:1: a: is there twice");
  }

  @Test
  void file_notYaml_hasOneProblemWithItsPlace() {
    ConfigFile file = file("a: [1, 2\nb: 3\n");

    assertThat(file.root().keys()).isEmpty();
    assertThat(lines(file)).singleElement().asString().startsWith("ringtail.yaml:2:2: not YAML: ");
    assertThat(lines(file("- 1\n")))
        .containsExactly("ringtail.yaml:1:1: expected a mapping at the top of the file");
  }

  @Test
  void file_missing_isAProblem(@TempDir Path dir) throws Exception {
    Path latin = Files.write(dir.resolve("latin.yaml"), new byte[] {'a', ':', ' ', (byte) 0xe4});

    ConfigFile absent = ConfigFile.read(dir.resolve("no.yaml"));
    absent.root().problem("a", "missing (expected a number)");
    assertThat(lines(absent)).containsExactly(dir.resolve("no.yaml") + ":1:1: no such file");
    assertThat(lines(ConfigFile.read(latin))).containsExactly(latin + ":1:1: not UTF-8 text");
  }

  @Test
  void section_requiredAndOwnProblem_pointAtTheRightPlace() {
    ConfigFile file = file("ring:\n  members:\n    - weight: 0\n");
    ConfigSection member = file.root().section("ring").sections("members").get(0);
    member.required("id");
    member.problem("weight", "a member of no weight owns nothing");
    member.integer("weight", 1, 0, 9);

    assertThat(lines(file))
        .containsExactly(
            "ringtail.yaml:3:7: ring.members[0].id: missing (a value is required)",
            "ringtail.yaml:3:15: ring.members[0].weight: a member of no weight owns nothing");
    assertThat(member.location("weight")).isEqualTo("ringtail.yaml:3:15");
  }

  @Test
  void section_mergedByAnchor_ownKeysWin() {
    ConfigFile file = file("base: &b { x: 1, y: 2 }\nuse: { <<: *b, y: 3 }\n");
    file.root().ignore("base");
    ConfigSection use = file.root().section("use");

    assertThat(use.integer("x", 0, 0, 9)).isEqualTo(1);
    assertThat(use.integer("y", 0, 0, 9)).isEqualTo(3);
    assertThat(lines(file)).isEmpty();
  }

  @Test
  void effective_defaultsSecretsAndIgnoredBlocks_printedAsYaml() {
    ConfigFile file =
        file(
            """
            a: 2h
            endpoint: https://u:pw@host/v1?t=1
            headers: { Authorization: Bearer 1, X: y }
            key: s
            other: { deep: [1], headers: { Y: z }, at: "http://me:pw@x" }
            """);
    ConfigSection root = file.root();
    root.duration("a", MIN, MIN, Duration.ofHours(3));
    root.bytes("b", 64L << 20, 1, Long.MAX_VALUE);
    root.string("endpoint", "");
    root.secrets("headers");
    root.secret("key");
    root.ignore("other");

    assertThat(file.effective())
        .isEqualTo(
            """
            a: 2h
            b: 64MiB
            endpoint: https://****@host/v1?****
            headers:
              Authorization: '****'
              X: '****'
            key: '****'
            other:
              deep:
              - 1
              headers:
                Y: '****'
              at: http://****@x
            """);
    assertThat(lines(file)).isEmpty();
  }

  @Test
  void durations_goForms_understoodAndPrinted() {
    assertThat(DurationText.parse("1h1m1.5s")).hasValue(Duration.ofMillis(3_661_500));
    assertThat(DurationText.parse("0")).hasValue(Duration.ZERO);
    assertThat(DurationText.parse("100us"))
        .hasValue(Duration.of(100, TimeUnit.MICROSECONDS.toChronoUnit()));
    assertThat(List.of("", "30", "s", "1 s", "-1s", "1s2", "1d", "9999999999h"))
        .allSatisfy(wrong -> assertThat(DurationText.parse(wrong)).isEmpty());
    assertThat(DurationText.print(Duration.ofMillis(90_250))).isEqualTo("1m30s250ms");
  }

  @Test
  void sizes_binaryAndDecimal_understoodAndPrinted() {
    assertThat(ByteSize.parse("1.5MiB")).hasValue(3L << 19);
    assertThat(ByteSize.parse("1GB")).hasValue(1_000_000_000L);
    assertThat(ByteSize.parse("10 kib")).hasValue(10_240L);
    assertThat(List.of("", "x", "1XB", "-1", "0.3", "99999999TiB"))
        .allSatisfy(wrong -> assertThat(ByteSize.parse(wrong)).isEmpty());
    assertThat(ByteSize.print(1L << 30)).isEqualTo("1GiB");
    assertThat(ByteSize.print(1_000)).isEqualTo("1000");
  }
}
