package io.ringtail.it.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringtail.compress.Compression;
import io.ringtail.compress.Compressor;
import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.ShellCommand;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image and the archive that {@code scripts/image} has built last; the image in a root of its
 * own that cannot be written to. Without such an image, and where the test is not run by root, it
 * is skipped.
 */
class ImageIT {
  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration STOP = Duration.ofMinutes(3);
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN =
      "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\""
          + TRACE
          + "\",\"spanId\":\"00f067aa0ba902b7\",\"name\":\"in a container\"}]}]}]}";

  @TempDir private Path directory;
  private UnpackedImage image;
  private Path state;

  @BeforeEach
  void unpack() throws Exception {
    Optional<Path> tar = UnpackedImage.built();
    assumeTrue(tar.isPresent(), "no image in target/image: run scripts/image first");
    assumeTrue(mayMount(), "not allowed to make a root of its own: be root");
    image = UnpackedImage.of(tar.orElseThrow(), directory);
    state = Files.createDirectory(directory.resolve("state"));
    Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  private boolean mayMount() throws Exception {
    try (ShellCommand probe =
        ShellCommand.start("exec unshare --mount mount --make-rprivate /", directory)) {
      return probe.awaitExit(START) == 0;
    }
  }

  private ShellCommand container(String arguments) throws Exception {
    return ShellCommand.start(image.container(state, arguments), directory);
  }

  @Test
  void dev_inTheImage_isReadyAndStopsInOrder() throws Exception {
    try (ShellCommand dev = container("dev --grpc-port=0 --http-port=0 --admin-port=0")) {
      dev.awaitLine("ready"::equals, "ready", START);
      assertThat(dev.terminate(STOP)).as(dev.toString()).isZero();
    }
  }

  /** As clusters that choose the user do, with the group 0. */
  @Test
  void dev_inTheImageAsAnyUser_isReadyAndStopsInOrder() throws Exception {
    String command =
        image.container("1000730000:0", state, "dev --grpc-port=0 --http-port=0 --admin-port=0");
    try (ShellCommand dev = ShellCommand.start(command, directory)) {
      dev.awaitLine("ready"::equals, "ready", START);
      assertThat(dev.terminate(STOP)).as(dev.toString()).isZero();
    }
  }

  @Test
  void routerAndSampler_inTheImage_takeZstdAndKeepIt() throws Exception {
    int http = Cluster.freePort();
    int link = Cluster.freePort();
    try (ShellCommand sampler = node("sampler", http, link);
        ShellCommand router = node("router", http, link)) {
      sampler.awaitLine("ready"::equals, "ready", START);
      router.awaitLine("ready"::equals, "ready", START);
      assertMachineCodeIsTheImages(router.pid());
      assertThat(send(http)).as(router.toString()).isEqualTo(200);
      Path kept = state.resolve("kept.jsonl");
      await()
          .atMost(START)
          .until(() -> Files.exists(kept) && Files.readString(kept).contains(TRACE));
      assertThat(router.terminate(STOP)).as(router.toString()).isZero();
      assertThat(sampler.terminate(STOP)).as(sampler.toString()).isZero();
    }
  }

  /** Nothing is unpacked at start-up: /tmp may well be mounted without the right to execute. */
  private static void assertMachineCodeIsTheImages(long pid) throws Exception {
    assertThat(Files.readString(Path.of("/proc/" + pid + "/maps")))
        .contains("/opt/ringtail/runtime/lib/server/libjvm.so")
        .contains("/opt/ringtail/lib/native/libnetty_transport_native_epoll");
    assertThat(Files.readAllLines(Path.of("/proc/" + pid + "/status")))
        .anyMatch(line -> line.matches("Uid:\\s+65532\\s+65532\\s+65532\\s+65532"));
  }

  @Test
  void archive_unpackedAnywhere_runsWithItsOwnJava() throws Exception {
    Path home = UnpackedImage.unpackArchive(Files.createDirectory(directory.resolve("any where")));
    Path launcher = home.resolve("bin/ringtail");
    try (ShellCommand version =
            ShellCommand.start(
                "exec env -i PATH=/usr/bin:/bin '" + launcher + "' --version", directory);
        ShellCommand dev =
            ShellCommand.start(
                "exec env -i PATH=/usr/bin:/bin '"
                    + launcher
                    + "' dev --grpc-port=0 --http-port=0 --admin-port=0",
                directory)) {
      assertThat(version.awaitExit(START)).as(version.toString()).isZero();
      dev.awaitLine("ready"::equals, "ready", START);
      assertThat(Files.readString(Path.of("/proc/" + dev.pid() + "/maps")))
          .contains(home.resolve("runtime/lib/server/libjvm.so").toString())
          .contains(home.resolve("lib/native/libnetty_transport_native_epoll").toString());
      assertThat(dev.terminate(STOP)).as(dev.toString()).isZero();
    }
  }

  @Test
  void image_asMetadata_saysWhatItIs() throws Exception {
    assertThat(image.user()).isEqualTo("65532:65532");
    assertThat(image.label("org.opencontainers.image.licenses")).isEqualTo("Apache-2.0");
    assertThat(image.label("org.opencontainers.image.version")).isNotEmpty();
    assertThat(Files.readString(image.file("/opt/ringtail/sbom.json")))
        .contains("CycloneDX", "netty-transport", "Java runtime", "glibc")
        .doesNotContain("junit");
  }

  private ShellCommand node(String tier, int http, int link) throws Exception {
    Files.writeString(state.resolve(tier + ".yaml"), config(tier, http, link));
    return container(tier + " --config /var/lib/ringtail/" + tier + ".yaml");
  }

  private static String config(String id, int http, int link) {
    return """
    node: { id: %s }
    cluster:
      name: image
      bind: 127.0.0.1:0
      discovery: directory
      directory: /var/lib/ringtail/discovery
    ops: { http: "127.0.0.1:0" }
    admin: { listen: "127.0.0.1:0" }
    router:
      drain: { delay: 0s }
      receive: { grpc: "off", http: "127.0.0.1:%d" }
    sampler:
      link: { listen: "127.0.0.1:%d" }
      export: { file: /var/lib/ringtail/kept.jsonl }
    tail_sampling:
      decision_wait: 1s
      policies:
        - { name: all, type: always_sample }
    """
        .formatted(id, http, link);
  }

  private static int send(int port) throws Exception {
    try (Compressor compressor = new Compressor()) {
      byte[] body = compressor.compress(Compression.ZSTD, SPAN.getBytes(StandardCharsets.UTF_8));
      return HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/traces"))
                  .header("content-type", "application/json")
                  .header("content-encoding", "zstd")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }
}
