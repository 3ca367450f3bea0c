package io.ringtail.sampler.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Metadata;
import io.grpc.Status;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.ringtail.config.ConfigFile;
import io.ringtail.metrics.Metrics;
import io.ringtail.sampler.export.KeptTrace.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real gRPC server on loopback: what a {@link Destination} does is tested there. */
class GrpcExportTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Metrics metrics = new Metrics();
  private final Kept kept = new Kept();

  @AfterEach
  void everyBufferIsReleasedAndEveryTraceAnsweredOnce() {
    assertThat(kept.allReleased()).isTrue();
    assertThat(kept.answeredOnce()).isTrue();
  }

  private Exports exportTo(String url, String more) {
    return exportTo(url, more, "");
  }

  private Exports exportTo(String url, String more, String rest) {
    return exportTo(url, Duration.ofSeconds(60), more, rest);
  }

  private Exports exportTo(String url, Duration timeout, String more, String rest) {
    ConfigFile file =
        ConfigFile.read(
            "x.yaml",
            """
            otlp: { endpoint: "%s", timeout: %dms %s }
            linger: 5ms
            retry: { initial: 10ms, max: 50ms }
            %s
            """
                .formatted(url, timeout.toMillis(), more, rest));
    Exports exports = Exports.open(ExportConfig.read(file.root()), metrics);
    assertThat(file.problems()).isEmpty();
    return exports;
  }

  private long counted(String name, String... more) {
    String[] labels = new String[2 + more.length];
    labels[0] = "destination";
    labels[1] = "otlp";
    System.arraycopy(more, 0, labels, 2, more.length);
    return metrics.counter("ringtail_sampler_export_" + name, "", labels).getCount();
  }

  private void awaitAnswered(int traces) {
    await().atMost(SOON).until(() -> kept.answered() == traces);
  }

  private static String header(Metadata metadata, String name) {
    return String.valueOf(metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
  }

  @Test
  void accepted_bytesAndHeadersAsTheyShould() throws Exception {
    try (GrpcSink sink = new GrpcSink(0)) {
      Exports exports = exportTo(sink.url(), ", compression: gzip, headers: { X-Key: k }");
      assertThat(exports.offer(kept.trace(1, 3, Kept.TENANT))).isTrue();
      awaitAnswered(1);
      exports.close(SOON);

      assertThat(sink.requests)
          .containsExactly(ExportTraceServiceRequest.parseFrom(Kept.encoded(1, 3)));
      Metadata headers = sink.headers.get(0);
      assertThat(header(headers, "x-key")).isEqualTo("k");
      assertThat(header(headers, "x-scope-orgid")).isEqualTo("t1");
      assertThat(header(headers, "grpc-encoding")).isEqualTo("gzip");
      assertThat(header(headers, "user-agent"))
          .matches("Ringtail/\\S+ OTel-OTLP-Exporter-Java/\\S+ grpc-java-netty/.*");
    }
  }

  @Test
  void headerOfAFile_goesWithEachRequest(@TempDir Path dir) throws Exception {
    Path token = Files.writeString(dir.resolve("token"), "s3cret\n");
    try (GrpcSink sink = new GrpcSink(0)) {
      Exports exports =
          exportTo(sink.url(), ", headers-files: { Authorization: 'Bearer " + token + "' }");
      exports.offer(kept.trace(1, 3));
      awaitAnswered(1);
      exports.close(SOON);
      assertThat(header(sink.headers.get(0), "authorization")).isEqualTo("Bearer s3cret");
    }
  }

  @Test
  void connectionSilent_isLeftForANewOne() throws Exception {
    try (GrpcSink sink = new GrpcSink(0);
        SilencedProxy proxy = new SilencedProxy(sink.port())) {
      Exports exports = exportTo(proxy.url(), Duration.ofSeconds(2), "", "");
      exports.offer(kept.trace(1, 3));
      awaitAnswered(1);
      proxy.silence();
      exports.offer(kept.trace(2, 3));
      awaitAnswered(2);
      exports.close(SOON);
      assertThat(sink.requests).hasSize(2);
    }
  }

  @Test
  void refusedThenAccepted_arrivesOnce() throws Exception {
    try (GrpcSink sink = new GrpcSink(0)) {
      sink.behaviour = GrpcSink.fail(Status.UNAVAILABLE);
      Exports exports = exportTo(sink.url(), "");
      exports.offer(kept.trace(1, 3));
      await().atMost(SOON).until(() -> sink.requests.size() > 2);
      assertThat(kept.answered()).isZero();
      sink.behaviour = GrpcSink.ACCEPT;
      awaitAnswered(1);
      exports.close(SOON);

      assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
      assertThat(counted("sent_spans_total")).isEqualTo(3);
      assertThat(counted("retries_total")).isEqualTo(sink.requests.size() - 1);
    }
  }

  /** All in memory is another's then: only what lies on disk has a claim on the time. */
  @Test
  void closeOfOneThatHandedOver_sendsWhatIsOnDiskAndWaitsForNothingElse(@TempDir Path dir)
      throws Exception {
    try (GrpcSink sink = new GrpcSink(0)) {
      sink.behaviour = GrpcSink.fail(Status.UNAVAILABLE);
      String disk = "disk: { directory: \"%s\" }\nmax-queued-bytes: 8KiB\n".formatted(dir);
      Exports exports = exportTo(sink.url(), "", disk);
      exports.offer(kept.trace(1, 3));
      await().atMost(SOON).until(() -> sink.requests.size() > 1);
      exports.closeHandedOver(SOON); // at once, as nothing is on disk yet: the memory goes there
      assertThat(counted("left_spans_total")).isEqualTo(3);

      Exports next = exportTo(sink.url(), "", disk);
      sink.behaviour = GrpcSink.ACCEPT;
      next.closeHandedOver(SOON);
      assertThat(counted("sent_spans_total")).isEqualTo(3);
      assertThat(counted("left_spans_total")).isEqualTo(3);
    }
  }

  /** Such a short time may be over for others than the first, too. */
  @Test
  void hanging_timesOutAndIsSentAgain() throws Exception {
    try (GrpcSink sink = new GrpcSink(0)) {
      sink.behaviour = GrpcSink.HANG;
      Exports exports = exportTo(sink.url(), Duration.ofMillis(300), "", "");
      exports.offer(kept.trace(1, 3));
      await().atMost(SOON).until(() -> !sink.requests.isEmpty());
      sink.behaviour = GrpcSink.ACCEPT;
      awaitAnswered(1);
      exports.close(SOON);

      assertThat(sink.requests).hasSizeGreaterThan(1).containsOnly(sink.requests.get(0));
      assertThat(counted("sent_spans_total")).isEqualTo(3);
    }
  }

  @Test
  void rejected_isALossAndPartialSuccessIsHalfOne() throws Exception {
    try (GrpcSink sink = new GrpcSink(0)) {
      sink.behaviour = GrpcSink.fail(Status.INVALID_ARGUMENT);
      Exports exports = exportTo(sink.url(), "");
      exports.offer(kept.trace(1, 3));
      awaitAnswered(1);
      sink.behaviour =
          (request, out) -> {
            out.onNext(
                ExportTraceServiceResponse.newBuilder()
                    .setPartialSuccess(ExportTracePartialSuccess.newBuilder().setRejectedSpans(2))
                    .build());
            out.onCompleted();
          };
      exports.offer(kept.trace(2, 5));
      awaitAnswered(2);
      exports.close(SOON);

      assertThat(kept.answersTo(1)).containsExactly(Answer.REJECTED);
      assertThat(kept.answersTo(2)).containsExactly(Answer.ACCEPTED);
      assertThat(counted("lost_spans_total", "reason", "rejected")).isEqualTo(3);
      assertThat(counted("lost_spans_total", "reason", "partial_success")).isEqualTo(2);
      assertThat(counted("sent_spans_total")).isEqualTo(3);
    }
  }

  @Test
  void answer_overFourMebibytes_countsAsAccepted() throws Exception {
    try (GrpcSink sink = new GrpcSink(0)) {
      sink.behaviour =
          (request, out) -> {
            out.onNext(
                ExportTraceServiceResponse.newBuilder()
                    .setPartialSuccess(
                        ExportTracePartialSuccess.newBuilder().setErrorMessage("x".repeat(4 << 20)))
                    .build());
            out.onCompleted();
          };
      Exports exports = exportTo(sink.url(), "");
      exports.offer(kept.trace(1, 3));
      awaitAnswered(1);
      sink.behaviour = GrpcSink.fail(Status.RESOURCE_EXHAUSTED.withDescription("too large for me"));
      exports.offer(kept.trace(2, 5));
      awaitAnswered(2);
      exports.close(SOON);

      assertThat(kept.answersTo(1)).containsExactly(Answer.ACCEPTED);
      assertThat(counted("sent_spans_total")).isEqualTo(3);
      assertThat(kept.answersTo(2)).containsExactly(Answer.REJECTED);
      assertThat(sink.requests).hasSize(2);
    }
  }

  @Test
  void backendGoesAwayAndReturns_nothingIsLost() throws Exception {
    GrpcSink before = new GrpcSink(0);
    int port = before.port();
    Exports exports = exportTo(before.url(), "");
    exports.offer(kept.trace(1, 3));
    awaitAnswered(1);
    before.close();
    exports.offer(kept.trace(2, 4));
    await().atMost(SOON).until(() -> counted("retries_total") > 0);
    try (GrpcSink after = new GrpcSink(port)) {
      awaitAnswered(2);
      exports.close(SOON);
      assertThat(after.requests)
          .containsExactly(ExportTraceServiceRequest.parseFrom(Kept.encoded(2, 4)));
    }
    assertThat(counted("sent_spans_total")).isEqualTo(7);
  }

  @Test
  void close_nobodyAnswers_restIsLostAndCounted() throws Exception {
    try (GrpcSink sink = new GrpcSink(0)) {
      sink.behaviour = GrpcSink.HANG;
      Exports exports = exportTo(sink.url(), "");
      exports.offer(kept.trace(1, 3));
      await().atMost(SOON).until(() -> sink.requests.size() == 1);
      exports.offer(kept.trace(2, 4));
      exports.close(Duration.ofMillis(100));

      assertThat(kept.answersTo(1)).containsExactly(Answer.REJECTED);
      assertThat(kept.answersTo(2)).containsExactly(Answer.REJECTED);
      assertThat(counted("lost_spans_total", "reason", "shutdown")).isEqualTo(7);
      KeptTrace late = kept.trace(3, 1);
      assertThat(exports.offer(late)).isFalse();
      late.resourceSpans().release();
    }
  }

  @Test
  void close_reachableBackend_flushesWhatIsQueued() throws IOException, InterruptedException {
    try (GrpcSink sink = new GrpcSink(0)) {
      Exports exports = exportTo(sink.url(), "");
      for (int i = 0; i < 100; i++) {
        exports.offer(kept.trace(i, 1));
      }
      exports.close(SOON);
      assertThat(kept.answered()).isEqualTo(100);
      assertThat(counted("sent_spans_total")).isEqualTo(100);
    }
  }
}
