package io.ringtail.ops;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringtail.config.ListenException;
import io.ringtail.metrics.Metrics;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpsServerTest {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Metrics metrics = new Metrics();
  private final Readiness readiness = new Readiness();
  private OpsServer server;

  @BeforeEach
  void start() throws IOException {
    server = OpsServer.start(new OpsConfig("127.0.0.1", 0), metrics, readiness);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void livez_always_ok() throws Exception {
    readiness.notReady("cluster", "no epoch yet");
    assertThat(get("/livez").statusCode()).isEqualTo(200);
  }

  @Test
  void readyz_unmetConditions_503WithReasons() throws Exception {
    readiness.notReady("link", "not listening");
    readiness.notReady("cluster", "no epoch yet");
    HttpResponse<String> r = get("/readyz?verbose");
    assertThat(r.statusCode()).isEqualTo(503);
    assertThat(r.body()).isEqualTo("cluster: no epoch yet\nlink: not listening\n");
    readiness.ready("link");
    readiness.ready("cluster");
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
  }

  /** No client's doing is worth a stack trace. */
  @Test
  void path_thatIsNotEncodedRight_isNotFound() throws Exception {
    try (Socket client = new Socket("127.0.0.1", server.address().getPort())) {
      client.setSoTimeout(10_000);
      client.getOutputStream().write("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
      byte[] status = client.getInputStream().readNBytes("HTTP/1.1 404".length());
      assertThat(new String(status, US_ASCII)).isEqualTo("HTTP/1.1 404");
    }
  }

  @Test
  void metrics_byDefault_prometheusTextWithHelpTypeAndEscapedLabels() throws Exception {
    metrics.counter("ringtail_x_total", "Help \\ me.", "reason", "a\"b\\c\nd").inc(3);
    metrics.gauge("ringtail_y_bytes", "Bytes.", () -> 1.5);
    metrics.histogram("ringtail_z_spans", "Spans a batch.").update(7);
    HttpResponse<String> r = get("/metrics");
    assertThat(r.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(r.body())
        .contains(
            "# HELP ringtail_x_total Help \\\\ me.\n",
            "# TYPE ringtail_x_total counter\nringtail_x_total{reason=\"a\\\"b\\\\c\\nd\"} 3.0\n",
            "# TYPE ringtail_y_bytes gauge\nringtail_y_bytes 1.5\n",
            "# TYPE ringtail_z_spans summary\n",
            "ringtail_z_spans{quantile=\"0.99\"} 7.0\n",
            "ringtail_z_spans_count 1\n",
            "# TYPE jvm_threads_current gauge\n")
        .doesNotContain("# EOF");
  }

  @Test
  void metrics_openMetricsAccepted_openMetrics() throws Exception {
    metrics.counter("ringtail_x_total", "X.").inc();
    HttpResponse<String> r =
        send(
            request("/metrics")
                .header("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
                .build());
    assertThat(r.headers().firstValue("content-type").orElseThrow())
        .startsWith("application/openmetrics-text");
    assertThat(r.body())
        .contains("# TYPE ringtail_x counter\n", "ringtail_x_total 1.0\n")
        .endsWith("# EOF\n");
  }

  @Test
  void metrics_brokenGauge_isNanAndCounted() throws Exception {
    metrics.gauge(
        "ringtail_broken",
        "Broken.",
        () -> {
          throw new IllegalStateException("gone");
        });
    metrics.gauge("ringtail_fine", "Fine.", () -> 2);
    assertThat(get("/metrics").body())
        .contains("ringtail_broken NaN\n", "ringtail_fine 2.0\n")
        .contains("ringtail_ops_gauge_failures_total 1.0\n");
  }

  @Test
  void anything_unknownPath_404() throws Exception {
    assertThat(get("/").statusCode()).isEqualTo(404);
    assertThat(get("/metrics/x").body()).contains("known: /livez, /metrics, /readyz");
  }

  @Test
  void metrics_post_405WithAllow() throws Exception {
    HttpResponse<String> r =
        send(request("/metrics").POST(HttpRequest.BodyPublishers.ofString("x")).build());
    assertThat(r.statusCode()).isEqualTo(405);
    assertThat(r.headers().firstValue("allow")).contains("GET, HEAD");
  }

  @Test
  void livez_head_lengthWithoutBody() throws Exception {
    HttpResponse<String> r =
        send(request("/livez").method("HEAD", HttpRequest.BodyPublishers.noBody()).build());
    assertThat(r.headers().firstValue("content-length")).contains("3");
    assertThat(r.body()).isEmpty();
  }

  @Test
  void start_portInUse_saysWhich() {
    int port = server.address().getPort();
    assertThatThrownBy(
            () -> OpsServer.start(new OpsConfig("127.0.0.1", port), new Metrics(), readiness))
        .isInstanceOf(ListenException.class)
        .hasMessage("ops.http: 127.0.0.1:" + port + ": address already in use");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path).build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + server.address().getPort() + path));
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
