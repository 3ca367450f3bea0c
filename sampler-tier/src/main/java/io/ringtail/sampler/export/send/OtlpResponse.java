package io.ringtail.sampler.export.send;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import java.nio.charset.StandardCharsets;

/**
 * Reads {@code ExportTraceServiceResponse} and the {@code google.rpc.Status} of a refusal. Both
 * leniently: an answer that cannot be read changes nothing about what its status says.
 */
final class OtlpResponse {
  /** OTLP 1.11.0 recommends this limit for answers. */
  static final int MAX_BYTES = 4 << 20;

  private static final int PARTIAL_SUCCESS = 1 << 3 | WireReader.LEN;
  private static final int REJECTED_SPANS = 1 << 3 | WireReader.VARINT;
  private static final int ERROR_MESSAGE = 2 << 3 | WireReader.LEN;
  private static final int STATUS_MESSAGE = 2 << 3 | WireReader.LEN;

  private OtlpResponse() {}

  static SendResult.Accepted accepted(byte[] response) {
    SendResult.Accepted result = new SendResult.Accepted(0, "");
    try {
      WireReader in = new WireReader().reset(response, 0, response.length);
      while (in.next()) {
        if (in.tag() == PARTIAL_SUCCESS) {
          int length = in.readLength();
          result = partialSuccess(response, in.position(), length);
          in.position(in.position() + length);
        } else {
          in.skip();
        }
      }
    } catch (MalformedWireException e) {
      return new SendResult.Accepted(
          result.rejectedSpans(), "unreadable answer: " + e.getMessage());
    }
    return result;
  }

  private static SendResult.Accepted partialSuccess(byte[] array, int offset, int length)
      throws MalformedWireException {
    long rejected = 0;
    String message = "";
    WireReader in = new WireReader().reset(array, offset, offset + length);
    while (in.next()) {
      switch (in.tag()) {
        case REJECTED_SPANS -> rejected = in.readVarint();
        case ERROR_MESSAGE -> message = string(in);
        default -> in.skip();
      }
    }
    return new SendResult.Accepted(rejected, message);
  }

  /** The message of an encoded {@code google.rpc.Status}; empty if there is none. */
  static String statusMessage(byte[] status) {
    String message = "";
    try {
      WireReader in = new WireReader().reset(status, 0, status.length);
      while (in.next()) {
        if (in.tag() == STATUS_MESSAGE) {
          message = string(in);
        } else {
          in.skip();
        }
      }
    } catch (MalformedWireException e) {
      return "";
    }
    return message;
  }

  private static String string(WireReader in) throws MalformedWireException {
    int length = in.readLength();
    int at = in.position();
    in.position(at + length);
    return new String(in.array(), at, length, StandardCharsets.UTF_8);
  }
}
