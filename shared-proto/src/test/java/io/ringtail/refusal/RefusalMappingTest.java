package io.ringtail.refusal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.ringtail.otlp.json.RpcStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Mapping of refusals by the OTLP specification 1.11.0. */
final class RefusalMappingTest {
  private static final Duration DELAY = Duration.ofMillis(1200);
  private static final Set<Status.Code> GRPC_RETRYABLE =
      Set.of(
          Status.Code.CANCELLED,
          Status.Code.DEADLINE_EXCEEDED,
          Status.Code.ABORTED,
          Status.Code.OUT_OF_RANGE,
          Status.Code.UNAVAILABLE,
          Status.Code.DATA_LOSS);
  private static final Set<Integer> HTTP_RETRYABLE = Set.of(429, 502, 503, 504);
  private static final List<Refusal> ALL =
      List.of(
          new Refusal.Malformed("m"),
          new Refusal.TooLarge("m"),
          new Refusal.Unsupported("m"),
          new Refusal.Busy("m", DELAY),
          new Refusal.NotReady("m", DELAY),
          new Refusal.TimedOut("m", DELAY),
          new Refusal.NotOwner("m", 1, 2));

  @Test
  void codes_ofEveryRefusal_areRetryableExactlyIfItIs() {
    for (Refusal refusal : ALL) {
      assertThat(GRPC_RETRYABLE.contains(RefusalMapping.grpcStatus(refusal).getCode()))
          .as("gRPC, %s", refusal)
          .isEqualTo(refusal.retryable());
      assertThat(HTTP_RETRYABLE.contains(RefusalMapping.httpStatus(refusal)))
          .as("HTTP, %s", refusal)
          .isEqualTo(refusal.retryable());
    }
  }

  @Test
  void tooLarge_isResourceExhaustedWithoutRetryInfo() {
    Refusal refusal = new Refusal.TooLarge("m");
    assertThat(RefusalMapping.grpcStatus(refusal).getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(RefusalMapping.statusMessage(refusal).getDetailsList()).isEmpty();
    assertThat(RefusalMapping.httpStatus(refusal)).isEqualTo(413);
    assertThat(RefusalMapping.retryAfterSeconds(refusal)).isZero();
  }

  @Test
  void delay_inAllForms_isTheSame() throws Exception {
    Refusal refusal = new Refusal.Busy("m", DELAY);
    RetryInfo info = RefusalMapping.statusMessage(refusal).getDetails(0).unpack(RetryInfo.class);
    assertThat(info.getRetryDelay().getSeconds()).isEqualTo(1);
    assertThat(info.getRetryDelay().getNanos()).isEqualTo(200_000_000);
    assertThat(RefusalMapping.retryAfterSeconds(refusal)).isEqualTo(2);
    RpcStatus expected = new RpcStatus(14, "m", DELAY);
    assertThat(RpcStatus.ofProtobuf(RefusalMapping.httpBody(refusal, false))).isEqualTo(expected);
    assertThat(RefusalMapping.httpBody(refusal, true)).isEqualTo(expected.toJson());
  }

  @Test
  void json_withQuotesAndControls_isEscaped() throws Exception {
    Refusal refusal = new Refusal.Malformed("a \"b\"\n\\ ü");
    assertThat(RpcStatus.ofJson(RefusalMapping.httpBody(refusal, true)).message())
        .isEqualTo(refusal.message());
  }

  @Test
  void message_tooLong_isCutBetweenCharacters() {
    String longOne = "a" + "\ud83e\udd9d".repeat(1000);
    String cut = RefusalMapping.shorten(longOne);
    assertThat(cut.getBytes(StandardCharsets.UTF_8))
        .hasSizeLessThanOrEqualTo(RefusalMapping.MAX_MESSAGE_BYTES);
    assertThat(cut).startsWith("a\ud83e\udd9d").endsWith("\ud83e\udd9d...");
    assertThat(RefusalMapping.shorten("short")).isEqualTo("short");
  }
}
