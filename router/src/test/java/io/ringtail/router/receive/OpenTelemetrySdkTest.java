package io.ringtail.router.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.ringtail.config.ListenException;
import io.ringtail.refusal.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The exporters of the OpenTelemetry Java SDK against our servers. */
final class OpenTelemetrySdkTest {
  private static final RetryPolicy RETRY =
      RetryPolicy.builder()
          .setMaxAttempts(3)
          .setInitialBackoff(Duration.ofMillis(10))
          .setMaxBackoff(Duration.ofMillis(20))
          .build();

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
  }

  @ParameterizedTest
  @CsvSource({"grpc, none", "grpc, gzip", "http, none", "http, gzip"})
  void export_anyProtocol_succeeds(String protocol, String compression) throws Exception {
    ReceiveFixture router = fixture();
    CompletableResultCode result = exporter(router, protocol, compression).export(spans(100));
    assertThat(result.join(60, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(names(router.ingress.requests.get(0).body())).hasSize(100).contains("span-99");
  }

  @ParameterizedTest
  @CsvSource({"grpc, none", "grpc, gzip", "http, none", "http, gzip"})
  void export_refusedAsBusy_isSentAgain(String protocol, String compression) throws Exception {
    ReceiveFixture router = fixture();
    router.ingress.refuseNext(new Refusal.Busy("full", Duration.ofMillis(20)));
    router.ingress.refuseNext(new Refusal.TimedOut("slow", Duration.ofMillis(20)));
    CompletableResultCode result = exporter(router, protocol, compression).export(spans(10));
    assertThat(result.join(60, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(router.ingress.requests).hasSize(3);
    assertThat(router.ingress.requests.get(2).body())
        .isEqualTo(router.ingress.requests.get(0).body());
  }

  @ParameterizedTest
  @CsvSource({"grpc, none", "http, none"})
  void export_refusedAsMalformed_isNotSentAgain(String protocol, String compression)
      throws Exception {
    ReceiveFixture router = fixture();
    router.ingress.refuseNext(new Refusal.Malformed("told to"));
    CompletableResultCode result = exporter(router, protocol, compression).export(spans(10));
    assertThat(result.join(60, TimeUnit.SECONDS).isSuccess()).isFalse();
    assertThat(router.ingress.requests).hasSize(1);
  }

  private static List<String> names(byte[] body) throws Exception {
    return ExportTraceServiceRequest.parseFrom(body)
        .getResourceSpans(0)
        .getScopeSpans(0)
        .getSpansList()
        .stream()
        .map(Span::getName)
        .toList();
  }

  private SpanExporter exporter(ReceiveFixture router, String protocol, String compression) {
    SpanExporter exporter =
        protocol.equals("grpc")
            ? OtlpGrpcSpanExporter.builder()
                .setEndpoint("http://127.0.0.1:" + router.receivers.grpcPort())
                .setCompression(compression)
                .setRetryPolicy(RETRY)
                .build()
            : OtlpHttpSpanExporter.builder()
                .setEndpoint("http://127.0.0.1:" + router.receivers.httpPort() + "/v1/traces")
                .setCompression(compression)
                .setRetryPolicy(RETRY)
                .build();
    open.add(() -> exporter.shutdown().join(60, TimeUnit.SECONDS));
    return exporter;
  }

  private ReceiveFixture fixture() throws ListenException {
    ReceiveFixture fixture = new ReceiveFixture();
    open.add(fixture);
    return fixture;
  }

  /** Ended spans as the SDK makes them. */
  private static Collection<SpanData> spans(int count) {
    Kept kept = new Kept();
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(kept)).build()) {
      for (int i = 0; i < count; i++) {
        provider
            .get("test")
            .spanBuilder("span-" + i)
            .setSpanKind(SpanKind.SERVER)
            .setAllAttributes(Attributes.of(AttributeKey.longKey("i"), (long) i))
            .addLink(
                SpanContext.create(
                    "5b8efff798038103d269b633813fc60c",
                    "eee19b7ec3c1b174",
                    TraceFlags.getSampled(),
                    TraceState.getDefault()))
            .startSpan()
            .end();
      }
    }
    return kept.spans;
  }

  private static final class Kept implements SpanExporter {
    private final List<SpanData> spans = new ArrayList<>();

    @Override
    public CompletableResultCode export(Collection<SpanData> more) {
      spans.addAll(more);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
