package io.ringtail.sampler.export.send;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which gRPC failures are sent again: OTLP specification 1.11.0, "OTLP/gRPC Response". */
final class GrpcAnswer {
  /** Bounds of {@code google.protobuf.Duration}. */
  private static final long MAX_SECONDS = 315_576_000_000L;

  private static final int MAX_NANOS = 999_999_999;

  private GrpcAnswer() {}

  static SendResult failure(Status status, @Nullable Metadata trailers) {
    Duration delay = retryDelay(status, trailers);
    String why =
        status.getCode() + (status.getDescription() == null ? "" : ": " + status.getDescription());
    if (retryable(status.getCode(), delay != null)) {
      return new SendResult.Retryable(why, delay == null ? Duration.ZERO : delay);
    }
    return new SendResult.Rejected(why, forContent(status.getCode()));
  }

  private static boolean retryable(Status.Code code, boolean retryInfo) {
    return switch (code) {
      case CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS -> true;
      case RESOURCE_EXHAUSTED -> retryInfo;
      default -> false;
    };
  }

  private static boolean forContent(Status.Code code) {
    return switch (code) {
      case UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED, NOT_FOUND -> false;
      default -> true;
    };
  }

  /** None if they cannot be read, or are of another status than this. */
  private static List<Any> details(Status status, Metadata trailers) {
    try {
      return StatusProto.fromStatusAndTrailers(status, trailers).getDetailsList();
    } catch (IllegalArgumentException e) {
      return List.of();
    }
  }

  /** The delay of a {@code RetryInfo} in the status details; null if there is none. */
  private static @Nullable Duration retryDelay(Status status, @Nullable Metadata trailers) {
    if (trailers == null) {
      return null;
    }
    for (Any detail : details(status, trailers)) {
      if (detail.is(RetryInfo.class)) {
        try {
          return duration(detail.unpack(RetryInfo.class).getRetryDelay());
        } catch (InvalidProtocolBufferException e) {
          return Duration.ZERO; // it asked to retry, only the delay is unreadable
        }
      }
    }
    return null;
  }

  /** Zero if it is negative; what is out of protobuf's bounds for it is as much as they allow. */
  private static Duration duration(com.google.protobuf.Duration delay) {
    if (delay.getSeconds() < 0 || delay.getNanos() < 0) {
      return Duration.ZERO;
    }
    return Duration.ofSeconds(
        Math.min(delay.getSeconds(), MAX_SECONDS), Math.min(delay.getNanos(), MAX_NANOS));
  }
}
