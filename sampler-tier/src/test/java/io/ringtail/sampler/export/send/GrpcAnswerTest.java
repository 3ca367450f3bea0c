package io.ringtail.sampler.export.send;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GrpcAnswerTest {
  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {
        "CANCELLED",
        "DEADLINE_EXCEEDED",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNAVAILABLE",
        "DATA_LOSS"
      })
  void code_ofTheList_retryable(Status.Code code) {
    assertThat(GrpcAnswer.failure(code.toStatus(), new Metadata()))
        .isEqualTo(new SendResult.Retryable(code.name(), Duration.ZERO));
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "ALREADY_EXISTS",
        "FAILED_PRECONDITION",
        "INTERNAL",
        "RESOURCE_EXHAUSTED"
      })
  void code_badRequest_rejectedForItsContent(Status.Code code) {
    assertThat(GrpcAnswer.failure(code.toStatus().withDescription("d"), null))
        .isEqualTo(new SendResult.Rejected(code + ": d", true));
  }

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {"NOT_FOUND", "PERMISSION_DENIED", "UNAUTHENTICATED", "UNIMPLEMENTED"})
  void code_notOfTheRequestsContent_rejectedWhateverItHolds(Status.Code code) {
    assertThat(GrpcAnswer.failure(code.toStatus().withDescription("d"), null))
        .isEqualTo(new SendResult.Rejected(code + ": d", false));
  }

  @Test
  void details_ofAnotherCodeOrUnreadable_areAsNone() {
    com.google.rpc.Status other = com.google.rpc.Status.newBuilder().setCode(3).build();
    Metadata mismatched = StatusProto.toStatusRuntimeException(other).getTrailers();
    Metadata unreadable = new Metadata();
    unreadable.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
        new byte[] {0x0a, 50});

    for (Metadata trailers : List.of(mismatched, unreadable)) {
      assertThat(GrpcAnswer.failure(Status.UNAVAILABLE, trailers))
          .isEqualTo(new SendResult.Retryable("UNAVAILABLE", Duration.ZERO));
    }
  }

  @Test
  void retryInfo_makesExhaustionRetryableAndTellsTheDelay() {
    assertThat(retryDelay(2, 500_000_000)).isEqualTo(Duration.ofMillis(2_500));
  }

  /** Whatever a backend says, its answer has to be told, or the request is under way for ever. */
  @Test
  void retryInfo_outOfBounds_isTakenAsFarAsItGoes() {
    assertThat(retryDelay(-1, 0)).isEqualTo(Duration.ZERO);
    assertThat(retryDelay(0, -1)).isEqualTo(Duration.ZERO);
    assertThat(retryDelay(1, Integer.MIN_VALUE)).isEqualTo(Duration.ZERO);
    assertThat(retryDelay(Long.MIN_VALUE, 0)).isEqualTo(Duration.ZERO);
    assertThat(retryDelay(Long.MAX_VALUE, Integer.MAX_VALUE))
        .isGreaterThan(Duration.ofDays(365 * 9_000L));
  }

  private static Duration retryDelay(long seconds, int nanos) {
    com.google.rpc.Status status =
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.RESOURCE_EXHAUSTED.value())
            .setMessage("full")
            .addDetails(
                Any.pack(
                    RetryInfo.newBuilder()
                        .setRetryDelay(
                            com.google.protobuf.Duration.newBuilder()
                                .setSeconds(seconds)
                                .setNanos(nanos))
                        .build()))
            .build();
    Metadata trailers = StatusProto.toStatusRuntimeException(status).getTrailers();
    SendResult result =
        GrpcAnswer.failure(Status.RESOURCE_EXHAUSTED.withDescription("full"), trailers);
    assertThat(result)
        .isInstanceOfSatisfying(
            SendResult.Retryable.class,
            r -> assertThat(r.why()).isEqualTo("RESOURCE_EXHAUSTED: full"));
    return ((SendResult.Retryable) result).retryAfter();
  }
}
