package io.ringtail.otlp.json;

import io.ringtail.compress.ByteOutput;
import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import java.nio.charset.StandardCharsets;

/**
 * The body of a success: {@code ExportTraceServiceResponse}. Immutable.
 *
 * @param rejectedSpans spans refused for good while the others were taken
 * @param message why, in English; with no span rejected, a warning
 */
public record ExportResponse(long rejectedSpans, String message) {
  /** Everything was taken: no partial success. */
  public static final ExportResponse FULL = new ExportResponse(0, "");

  private boolean isFull() {
    return rejectedSpans == 0 && message.isEmpty();
  }

  public byte[] toProtobuf() {
    ByteOutput bytes = new ByteOutput(0);
    ProtobufOutput out = new ProtobufOutput();
    out.reset(bytes, 16);
    if (!isFull()) {
      int start = out.begin(1 << 3 | WireReader.LEN, 1);
      if (rejectedSpans != 0) {
        out.varint(1 << 3 | WireReader.VARINT, rejectedSpans);
      }
      out.string(2 << 3 | WireReader.LEN, message);
      out.end(start, 1);
    }
    return bytes.copy(out.position());
  }

  public byte[] toJson() {
    ByteOutput bytes = new ByteOutput(64);
    JsonOutput out = new JsonOutput();
    out.reset(bytes);
    out.beginObject();
    if (!isFull()) {
      out.name("partialSuccess");
      out.beginObject();
      if (rejectedSpans != 0) {
        out.name("rejectedSpans");
        out.int64(rejectedSpans);
      }
      if (!message.isEmpty()) {
        out.name("errorMessage");
        out.text(message);
      }
      out.endObject();
    }
    out.endObject();
    return bytes.copy(out.position());
  }

  public static ExportResponse ofProtobuf(byte[] body) throws MalformedWireException {
    WireReader in = new WireReader().reset(body, 0, body.length);
    ExportResponse response = FULL;
    while (in.next()) {
      if (in.tag() == (1 << 3 | WireReader.LEN)) {
        int length = in.readLength();
        int start = in.position();
        response = partialSuccess(body, start, start + length);
        in.position(start + length);
      } else {
        in.skip();
      }
    }
    return response;
  }

  private static ExportResponse partialSuccess(byte[] body, int start, int end)
      throws MalformedWireException {
    WireReader in = new WireReader().reset(body, start, end);
    long rejected = 0;
    String message = "";
    while (in.next()) {
      if (in.tag() == (1 << 3 | WireReader.VARINT)) {
        rejected = in.readVarint();
      } else if (in.tag() == (2 << 3 | WireReader.LEN)) {
        int length = in.readLength();
        message = new String(body, in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
      } else {
        in.skip();
      }
    }
    return new ExportResponse(rejected, message);
  }

  public static ExportResponse ofJson(byte[] body) throws MalformedJsonException {
    JsonTokens in = new JsonTokens(body, 0, body.length);
    try {
      in.beginBody();
      ExportResponse response = FULL;
      String field;
      while ((field = in.nextField()) != null) {
        if (field.equals("partialSuccess")) {
          response = partialSuccess(in);
        } else {
          in.skip();
        }
      }
      in.endBody();
      return response;
    } finally {
      in.close();
    }
  }

  private static ExportResponse partialSuccess(JsonTokens in) throws MalformedJsonException {
    in.expectObject();
    long rejected = 0;
    String message = "";
    String field;
    while ((field = in.nextField()) != null) {
      switch (field) {
        case "rejectedSpans" -> rejected = in.int64();
        case "errorMessage" -> message = in.string();
        default -> in.skip();
      }
    }
    return new ExportResponse(rejected, message);
  }

  /** The same with a message of at most {@code maxChars}: responses must stay small. */
  public ExportResponse shortened(int maxChars) {
    return message.length() <= maxChars
        ? this
        : new ExportResponse(rejectedSpans, RpcStatus.shorten(message, maxChars));
  }
}
