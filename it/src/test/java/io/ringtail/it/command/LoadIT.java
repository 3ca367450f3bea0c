package io.ringtail.it.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.JavaProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ringtail load} in a process of its own, in front of {@code ringtail dev}. */
class LoadIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final List<String> FLAGS =
      List.of("-Xmx400m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  @TempDir private Path directory;

  private JavaProcess ringtail(String name, String... words) throws IOException {
    return JavaProcess.start(
        name,
        directory,
        List.of("env", "--default-signal=INT"), // who runs tests in the background ignores it
        FLAGS,
        "io.ringtail.cli.Ringtail",
        List.of(words));
  }

  @Test
  void load_onDev_allAcceptedAsTheRouterCountsItAndEndsEarlyOnCtrlC() throws Exception {
    try (JavaProcess dev =
        ringtail("dev", "dev", "--quiet", "--grpc-port=0", "--http-port=0", "--admin-port=0")) {
      List<String> told = dev.linesUntil("ready", PATIENCE);
      String grpc = address(told, "OTLP/gRPC +http://(\\S+)");
      String http = address(told, "OTLP/HTTP +http://([^/]+)/.*");
      String metrics = address(told, "metrics +(http://\\S+)");

      long first =
          accepted("json", "--endpoint=" + grpc, "--duration=2s", "--spans=5..40", "--ramp=1s");
      long second =
          accepted(
              "http",
              "--endpoint=" + http,
              "--duration=1s",
              "--protocol=http/protobuf",
              "--compression=gzip");
      assertThat(first).isGreaterThan(4000);
      assertThat(scrape(metrics).sum("ringtail_router_received_spans_total", ""))
          .isEqualTo((double) (first + second));
      assertStops(grpc);
    }
  }

  /** How many spans a load says were accepted: all it sent. */
  private long accepted(String name, String... words) throws Exception {
    String[] all = new String[words.length + 4];
    System.arraycopy(words, 0, all, 4, words.length);
    all[0] = "load";
    all[1] = "--rate=2000";
    all[2] = "--trace-duration=500ms";
    all[3] = "--output=json";
    try (JavaProcess load = ringtail(name, all)) {
      assertThat(load.awaitExit(PATIENCE)).as(load.log()).isZero();
      String json = String.join("\n", load.lastLines());
      Matcher m =
          Pattern.compile("\"spans\":\\{\"sent\":([0-9]+),\"accepted\":([0-9]+),").matcher(json);
      assertThat(m.find()).as(json).isTrue();
      assertThat(m.group(2)).as(json).isEqualTo(m.group(1));
      assertThat(json).contains("\"lost\":0", "\"not_sent_spans\":0", "\"p99.9\":");
      return Long.parseLong(m.group(2));
    }
  }

  private void assertStops(String grpc) throws Exception {
    try (JavaProcess load =
        ringtail("endless", "load", "--endpoint=" + grpc, "--rate=500", "--duration=1h")) {
      await().atMost(PATIENCE).until(() -> load.log().contains("spans accepted"));
      assertThat(load.interrupt(PATIENCE)).as(load.log()).isZero();
      assertThat(String.join("\n", load.lastLines()))
          .containsPattern("lost +0 spans")
          .contains("spans, stopped before");
    }
  }

  private static String address(List<String> told, String line) {
    Pattern pattern = Pattern.compile(line);
    return told.stream()
        .map(pattern::matcher)
        .filter(Matcher::matches)
        .map(m -> m.group(1))
        .findFirst()
        .orElseThrow();
  }

  private static Cluster.Scrape scrape(String url) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).build();
    return new Cluster.Scrape(
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
  }
}
