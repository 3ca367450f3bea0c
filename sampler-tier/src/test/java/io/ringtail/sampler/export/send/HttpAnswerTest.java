package io.ringtail.sampler.export.send;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Status;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAnswerTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final byte[] NOTHING = {};

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504})
  void status_overloadOrGateway_retryable(int status) {
    assertThat(HttpAnswer.of(status, NOTHING, "", NOW))
        .isEqualTo(new SendResult.Retryable("HTTP " + status, Duration.ZERO));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413, 422, 500})
  void status_badRequest_rejectedForItsContent(int status) {
    assertThat(HttpAnswer.of(status, NOTHING, "5", NOW))
        .isEqualTo(new SendResult.Rejected("HTTP " + status, true));
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 401, 403, 404, 405, 408, 415, 501, 505})
  void status_anyOther_rejectedWhateverItHolds(int status) {
    assertThat(HttpAnswer.of(status, NOTHING, "5", NOW))
        .isEqualTo(new SendResult.Rejected("HTTP " + status, false));
  }

  @Test
  void status_withBody_messageIsTold() {
    byte[] body = Status.newBuilder().setCode(3).setMessage("bad span").build().toByteArray();
    assertThat(HttpAnswer.of(400, body, "", NOW))
        .isEqualTo(new SendResult.Rejected("HTTP 400: bad span", true));
    assertThat(HttpAnswer.of(400, "<html>".getBytes(StandardCharsets.UTF_8), "", NOW))
        .isEqualTo(new SendResult.Rejected("HTTP 400", true));
  }

  @Test
  void success_partialOrNot() {
    byte[] partial =
        ExportTraceServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportTracePartialSuccess.newBuilder()
                    .setRejectedSpans(3)
                    .setErrorMessage("too old"))
            .build()
            .toByteArray();
    assertThat(HttpAnswer.of(200, partial, "", NOW))
        .isEqualTo(new SendResult.Accepted(3, "too old"));
    assertThat(HttpAnswer.of(202, NOTHING, "", NOW)).isEqualTo(new SendResult.Accepted(0, ""));
    assertThat(HttpAnswer.of(200, new byte[] {0x0a, 50}, "", NOW))
        .isInstanceOf(SendResult.Accepted.class);
  }

  @Test
  void retryAfter_secondsDateOrNeither() {
    assertThat(HttpAnswer.of(503, NOTHING, "7", NOW))
        .isEqualTo(new SendResult.Retryable("HTTP 503", Duration.ofSeconds(7)));
    assertThat(HttpAnswer.of(503, NOTHING, "Sat, 21 Nov 2026 12:00:30 GMT", NOW))
        .isEqualTo(new SendResult.Retryable("HTTP 503", Duration.ofSeconds(30)));
    assertThat(HttpAnswer.of(503, NOTHING, "-3", NOW))
        .isEqualTo(new SendResult.Retryable("HTTP 503", Duration.ZERO));
  }
}
