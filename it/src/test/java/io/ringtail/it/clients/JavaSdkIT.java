package io.ringtail.it.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.ringtail.it.harness.Cluster;
import io.ringtail.it.harness.OtlpSink;
import io.ringtail.trace.TraceId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The OpenTelemetry Java SDK, over gRPC and HTTP, gzip and not: errors come out whole, the rest
 * not.
 */
class JavaSdkIT {
  private static final String ERRORS =
      """
      tail_sampling:
        decision_wait: 1s
        policies:
          - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
      """;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int TRACES = 40;
  private static final int SPANS_A_TRACE = 5;

  @TempDir private Path directory;

  @Test
  void javaSdk_overEveryProtocol_seesErrorsKeptWhole() throws Exception {
    try (OtlpSink sink = OtlpSink.keeping(0);
        Cluster cluster =
            new Cluster(directory, Cluster.Settings.small(ERRORS, sink.port())).start(1, 2)) {
      Cluster.Node router = cluster.routers().get(0);
      String grpc = "http://127.0.0.1:" + router.grpcPort();
      String http = "http://127.0.0.1:" + router.httpPort() + "/v1/traces";
      Set<TraceId> failed = new HashSet<>();
      for (String compression : List.of("none", "gzip")) {
        failed.addAll(
            send(
                OtlpGrpcSpanExporter.builder()
                    .setEndpoint(grpc)
                    .setCompression(compression)
                    .setTimeout(PATIENCE)
                    .build()));
        failed.addAll(
            send(
                OtlpHttpSpanExporter.builder()
                    .setEndpoint(http)
                    .setCompression(compression)
                    .setTimeout(PATIENCE)
                    .build()));
      }

      assertThat(failed).hasSize(4 * TRACES / 4);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(sink.traces().keySet()).isEqualTo(failed));
      assertThat(sink.traces().values()).allSatisfy(t -> assertThat(t).hasSize(SPANS_A_TRACE));
    }
  }

  /** Sends traces of which every fourth fails somewhere; the IDs of those. */
  private static Set<TraceId> send(SpanExporter exporter) {
    Set<TraceId> failed = new HashSet<>();
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(
                BatchSpanProcessor.builder(exporter)
                    .setScheduleDelay(Duration.ofMillis(50))
                    .setExporterTimeout(PATIENCE)
                    .build())
            .build()) {
      Tracer tracer = provider.get("it");
      for (int i = 0; i < TRACES; i++) {
        Span root = tracer.spanBuilder("request").setNoParent().startSpan();
        Scope current = root.makeCurrent();
        try {
          for (int child = 1; child < SPANS_A_TRACE; child++) {
            Span span = tracer.spanBuilder("step " + child).startSpan();
            if (i % 4 == 0 && child == 3) {
              span.setStatus(StatusCode.ERROR);
              failed.add(TraceId.parse(span.getSpanContext().getTraceId()));
            }
            span.end();
          }
        } finally {
          current.close();
        }
        root.end();
      }
      assertThat(provider.forceFlush().join(PATIENCE.toSeconds(), TimeUnit.SECONDS).isSuccess())
          .isTrue();
    }
    return failed;
  }
}
