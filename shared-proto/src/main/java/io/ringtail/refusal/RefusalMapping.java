package io.ringtail.refusal;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.ringtail.refusal.Refusal.Busy;
import io.ringtail.refusal.Refusal.Malformed;
import io.ringtail.refusal.Refusal.NotOwner;
import io.ringtail.refusal.Refusal.NotReady;
import io.ringtail.refusal.Refusal.TimedOut;
import io.ringtail.refusal.Refusal.TooLarge;
import io.ringtail.refusal.Refusal.Unsupported;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The one mapping of a {@link Refusal} to gRPC and HTTP, by the OTLP specification 1.11.0
 * ("OTLP/gRPC Response", "OTLP/HTTP Response").
 *
 * <pre>
 * refusal       gRPC                               HTTP
 * Malformed     INVALID_ARGUMENT + BadRequest      400
 * TooLarge      RESOURCE_EXHAUSTED, no RetryInfo   413
 * Unsupported   UNIMPLEMENTED                      415
 * Busy          UNAVAILABLE + RetryInfo            503 + Retry-After
 * NotReady      UNAVAILABLE + RetryInfo            503 + Retry-After
 * TimedOut      DEADLINE_EXCEEDED + RetryInfo      504 + Retry-After
 * NotOwner      ABORTED                            503 (between tiers only)
 * </pre>
 *
 * <p>What is no OTLP request at all is no refusal and is answered where it is found: another HTTP
 * version, path, method or shape by the router's {@code HttpRequestHead}, a gRPC call of not one
 * message by its {@code GrpcExchange}, a bug by either. None of these is retryable.
 *
 * <p>Messages are cut to {@value #MAX_MESSAGE_BYTES} bytes, so that the trailers fit in the 8 KiB
 * of metadata a gRPC client takes: percent-encoded once and in base64 twice. Threads: any.
 */
public final class RefusalMapping {
  /** Longest message, in bytes of UTF-8. */
  public static final int MAX_MESSAGE_BYTES = 1000;

  /** The trailer that carries an encoded {@code google.rpc.Status}. */
  public static final Metadata.Key<byte[]> DETAILS_KEY =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private static final Duration NO_RETRY = Duration.ZERO;
  private static final String TYPE_PREFIX = "type.googleapis.com/";

  private RefusalMapping() {}

  public static Status grpcStatus(Refusal refusal) {
    return grpcCode(refusal).toStatus().withDescription(shorten(refusal.message()));
  }

  /** Trailers with the {@code google.rpc.Status} and its details. */
  public static Metadata grpcTrailers(Refusal refusal) {
    Metadata trailers = new Metadata();
    trailers.put(DETAILS_KEY, statusMessage(refusal).toByteArray());
    return trailers;
  }

  public static int httpStatus(Refusal refusal) {
    return switch (grpcCode(refusal)) {
      case INVALID_ARGUMENT -> 400;
      case RESOURCE_EXHAUSTED -> 413;
      case UNIMPLEMENTED -> 415;
      case DEADLINE_EXCEEDED -> 504;
      default -> 503;
    };
  }

  /** Whole seconds for {@code Retry-After}, rounded up; 0 if the sender must not retry. */
  public static long retryAfterSeconds(Refusal refusal) {
    Duration delay = retryDelay(refusal);
    return delay.equals(NO_RETRY) ? 0 : Math.max(1, delay.plusNanos(999_999_999).toSeconds());
  }

  /** The {@code google.rpc.Status} of a refusal with its details. */
  public static com.google.rpc.Status statusMessage(Refusal refusal) {
    com.google.rpc.Status.Builder status = status(grpcCode(refusal), refusal.message());
    if (refusal instanceof Malformed) {
      status.addDetails(Any.pack(badRequest(status.getMessage())));
    }
    Duration delay = retryDelay(refusal);
    if (!delay.equals(NO_RETRY)) {
      status.addDetails(Any.pack(retryInfo(delay)));
    }
    return status.build();
  }

  /** The body of an HTTP answer: an encoded {@code google.rpc.Status}, as protobuf or as JSON. */
  public static byte[] httpBody(Refusal refusal, boolean json) {
    return json ? utf8(json(refusal)) : statusMessage(refusal).toByteArray();
  }

  /** The body of an HTTP error that is no refusal, such as a wrong path. */
  public static byte[] httpBody(Status.Code code, String message, boolean json) {
    com.google.rpc.Status status = status(code, message).build();
    return json ? utf8(jsonStart(code, status.getMessage()) + "}") : status.toByteArray();
  }

  /** Cuts a message to {@link #MAX_MESSAGE_BYTES}, between characters. */
  public static String shorten(String message) {
    if (message.length() * 3 <= MAX_MESSAGE_BYTES) {
      return message;
    }
    byte[] bytes = utf8(message);
    if (bytes.length <= MAX_MESSAGE_BYTES) {
      return message;
    }
    int end = MAX_MESSAGE_BYTES - 3;
    while (end > 0 && (bytes[end] & 0xc0) == 0x80) {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8) + "...";
  }

  private static Status.Code grpcCode(Refusal refusal) {
    if (refusal instanceof Busy || refusal instanceof NotReady) {
      return Status.Code.UNAVAILABLE;
    }
    if (refusal instanceof Malformed) {
      return Status.Code.INVALID_ARGUMENT;
    }
    if (refusal instanceof TooLarge) {
      return Status.Code.RESOURCE_EXHAUSTED;
    }
    if (refusal instanceof Unsupported) {
      return Status.Code.UNIMPLEMENTED;
    }
    if (refusal instanceof TimedOut) {
      return Status.Code.DEADLINE_EXCEEDED;
    }
    if (refusal instanceof NotOwner) {
      return Status.Code.ABORTED;
    }
    throw new AssertionError(refusal);
  }

  private static Duration retryDelay(Refusal refusal) {
    if (refusal instanceof Busy busy) {
      return busy.retryAfter();
    }
    if (refusal instanceof NotReady notReady) {
      return notReady.retryAfter();
    }
    if (refusal instanceof TimedOut timedOut) {
      return timedOut.retryAfter();
    }
    return NO_RETRY;
  }

  private static com.google.rpc.Status.Builder status(Status.Code code, String message) {
    return com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage(shorten(message));
  }

  private static BadRequest badRequest(String message) {
    return BadRequest.newBuilder()
        .addFieldViolations(BadRequest.FieldViolation.newBuilder().setDescription(message))
        .build();
  }

  private static RetryInfo retryInfo(Duration delay) {
    return RetryInfo.newBuilder()
        .setRetryDelay(
            com.google.protobuf.Duration.newBuilder()
                .setSeconds(delay.getSeconds())
                .setNanos(delay.getNano()))
        .build();
  }

  private static String json(Refusal refusal) {
    String message = shorten(refusal.message());
    StringBuilder json = new StringBuilder(jsonStart(grpcCode(refusal), message));
    if (refusal instanceof Malformed) {
      json.append(",\"details\":[{\"@type\":\"").append(TYPE_PREFIX);
      json.append("google.rpc.BadRequest\",\"fieldViolations\":[{\"description\":\"");
      json.append(JsonStringEncoder.getInstance().quoteAsString(message)).append("\"}]}]");
    }
    Duration delay = retryDelay(refusal);
    if (!delay.equals(NO_RETRY)) {
      json.append(",\"details\":[{\"@type\":\"").append(TYPE_PREFIX);
      json.append("google.rpc.RetryInfo\",\"retryDelay\":\"").append(jsonSeconds(delay));
      json.append("\"}]");
    }
    return json.append('}').toString();
  }

  private static String jsonStart(Status.Code code, String message) {
    return "{\"code\":"
        + code.value()
        + ",\"message\":\""
        + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(message))
        + '"';
  }

  /** Protobuf's JSON form of a duration with milliseconds, such as {@code 1.250s}. */
  private static String jsonSeconds(Duration delay) {
    String millis = Long.toString(1000 + delay.toMillisPart());
    return delay.toSeconds() + "." + millis.substring(1) + "s";
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
