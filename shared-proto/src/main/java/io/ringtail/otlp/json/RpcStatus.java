package io.ringtail.otlp.json;

import io.ringtail.compress.ByteOutput;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The body of every refusal: {@code google.rpc.Status}, with a {@code google.rpc.RetryInfo} where
 * the sender should come again. Immutable. Other details are passed over when reading.
 *
 * @param code of gRPC, such as 3 for INVALID_ARGUMENT
 * @param message for people
 * @param retryDelay null: no RetryInfo
 */
public record RpcStatus(int code, String message, @Nullable Duration retryDelay) {
  private static final String RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";
  private static final int NANOS = 1_000_000_000;

  public byte[] toProtobuf() {
    ByteOutput bytes = new ByteOutput(0);
    ProtobufOutput out = new ProtobufOutput();
    out.reset(bytes, 64);
    if (code != 0) {
      out.varint(1 << 3 | WireReader.VARINT, code);
    }
    out.string(2 << 3 | WireReader.LEN, message);
    if (retryDelay != null) {
      int any = out.begin(3 << 3 | WireReader.LEN, 1);
      out.string(1 << 3 | WireReader.LEN, RETRY_INFO);
      int retryInfo = out.begin(2 << 3 | WireReader.LEN, 1);
      int duration = out.begin(1 << 3 | WireReader.LEN, 1);
      writeDuration(out, retryDelay);
      out.end(duration, 1);
      out.end(retryInfo, 1);
      out.end(any, 1);
    }
    return bytes.copy(out.position());
  }

  private static void writeDuration(ProtobufOutput out, Duration duration) {
    if (duration.toSeconds() != 0) {
      out.varint(1 << 3 | WireReader.VARINT, duration.toSeconds());
    }
    if (duration.toNanosPart() != 0) {
      out.varint(2 << 3 | WireReader.VARINT, duration.toNanosPart());
    }
  }

  public byte[] toJson() {
    ByteOutput bytes = new ByteOutput(64);
    JsonOutput out = new JsonOutput();
    out.reset(bytes);
    out.beginObject();
    out.name("code");
    out.int32(code);
    out.name("message");
    out.text(message);
    if (retryDelay != null) {
      out.name("details");
      out.beginArray();
      out.element();
      out.beginObject();
      out.name("@type");
      out.text(RETRY_INFO);
      out.name("retryDelay");
      out.text(jsonDuration(retryDelay));
      out.endObject();
      out.endArray();
    }
    out.endObject();
    return bytes.copy(out.position());
  }

  /** Seconds with 0, 3, 6 or 9 digits behind the point, as proto3 JSON writes them. */
  private static String jsonDuration(Duration duration) {
    int nanos = duration.toNanosPart();
    if (nanos == 0) {
      return duration.toSeconds() + "s";
    }
    String digits = String.format("%09d", nanos);
    int kept = nanos % 1_000_000 == 0 ? 3 : nanos % 1000 == 0 ? 6 : 9;
    return duration.toSeconds() + "." + digits.substring(0, kept) + "s";
  }

  public static RpcStatus ofProtobuf(byte[] body) throws MalformedWireException {
    WireReader in = new WireReader().reset(body, 0, body.length);
    int code = 0;
    String message = "";
    Duration retryDelay = null;
    while (in.next()) {
      switch (in.tag()) {
        case 1 << 3 | WireReader.VARINT -> code = (int) in.readVarint();
        case 2 << 3 | WireReader.LEN -> message = string(in);
        case 3 << 3 | WireReader.LEN -> {
          Duration found = detail(in.enter());
          retryDelay = found == null ? retryDelay : found;
        }
        default -> in.skip();
      }
    }
    return new RpcStatus(code, message, retryDelay);
  }

  private static @Nullable Duration detail(WireReader any) throws MalformedWireException {
    String type = "";
    Duration delay = null;
    while (any.next()) {
      switch (any.tag()) {
        case 1 << 3 | WireReader.LEN -> type = string(any);
        case 2 << 3 | WireReader.LEN -> {
          WireReader value = any.enter();
          if (type.equals(RETRY_INFO)) {
            delay = retryInfo(value);
          }
        }
        default -> any.skip();
      }
    }
    return delay;
  }

  private static Duration retryInfo(WireReader in) throws MalformedWireException {
    Duration delay = Duration.ZERO;
    while (in.next()) {
      if (in.tag() == (1 << 3 | WireReader.LEN)) {
        delay = duration(in.enter());
      } else {
        in.skip();
      }
    }
    return delay;
  }

  private static Duration duration(WireReader in) throws MalformedWireException {
    long seconds = 0;
    long nanos = 0;
    while (in.next()) {
      switch (in.tag()) {
        case 1 << 3 | WireReader.VARINT -> seconds = in.readVarint();
        case 2 << 3 | WireReader.VARINT -> nanos = (int) in.readVarint();
        default -> in.skip();
      }
    }
    if (seconds < 0 || nanos < 0 || nanos >= NANOS) {
      return Duration.ZERO;
    }
    return Duration.ofSeconds(seconds, nanos);
  }

  private static String string(WireReader in) throws MalformedWireException {
    int length = in.readLength();
    int start = in.position();
    in.position(start + length);
    return new String(in.array(), start, length, StandardCharsets.UTF_8);
  }

  /** Reads code and message of a JSON status; details are passed over. */
  public static RpcStatus ofJson(byte[] body) throws MalformedJsonException {
    JsonTokens in = new JsonTokens(body, 0, body.length);
    try {
      in.beginBody();
      int code = 0;
      String message = "";
      String field;
      while ((field = in.nextField()) != null) {
        switch (field) {
          case "code" -> code = (int) in.int64();
          case "message" -> message = in.string();
          default -> in.skip();
        }
      }
      in.endBody();
      return new RpcStatus(code, message, null);
    } finally {
      in.close();
    }
  }

  /** The same with a message of at most {@code maxChars}: responses must stay small. */
  public RpcStatus shortened(int maxChars) {
    return message.length() <= maxChars
        ? this
        : new RpcStatus(code, shorten(message, maxChars), retryDelay);
  }

  static String shorten(String message, int maxChars) {
    return message.substring(0, Math.max(0, maxChars - 1)) + "…";
  }
}
