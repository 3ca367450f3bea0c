package io.ringtail.admin.call;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.ringtail.admin.v1.NodeFailure;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Failures as gRPC knows them, to and from letters. Pure. */
public final class Failures {
  private Failures() {}

  /** What a failed future means to a client. An exception that has no status is a bug of ours. */
  public static Status statusOf(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof StatusRuntimeException e) {
      return e.getStatus();
    }
    if (cause instanceof StatusException e) {
      return e.getStatus();
    }
    return Status.INTERNAL.withDescription("failed, see the log: " + cause).withCause(cause);
  }

  static NodeFailure toLetter(Status status) {
    String said = status.getDescription();
    return NodeFailure.newBuilder()
        .setCode(status.getCode().value())
        .setMessage(said == null ? status.getCode().toString() : said)
        .build();
  }

  /** A code only newer nodes know is {@code UNKNOWN}. */
  static Status fromLetter(NodeFailure failure) {
    return Status.fromCodeValue(failure.getCode()).withDescription(failure.getMessage());
  }
}
