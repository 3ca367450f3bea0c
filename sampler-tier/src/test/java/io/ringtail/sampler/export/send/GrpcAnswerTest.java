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
    com.google.rpc.Status status =
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.RESOURCE_EXHAUSTED.value())
            .setMessage("full")
            .addDetails(
                Any.pack(
                    RetryInfo.newBuilder()
                        .setRetryDelay(
                            com.google.protobuf.Duration.newBuilder()
                                .setSeconds(2)
                                .setNanos(500_000_000))
                        .build()))
            .build();
    Metadata trailers = StatusProto.toStatusRuntimeException(status).getTrailers();

    assertThat(GrpcAnswer.failure(Status.RESOURCE_EXHAUSTED.withDescription("full"), trailers))
        .isEqualTo(new SendResult.Retryable("RESOURCE_EXHAUSTED: full", Duration.ofMillis(2_500)));
  }
}
