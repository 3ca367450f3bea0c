package io.ringtail.link;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import java.nio.charset.StandardCharsets;

/** What the link's readers share: strings, bytes, and a nested reader over a LEN field. */
final class LinkWire {
  private LinkWire() {}

  static String string(WireReader in) throws MalformedWireException {
    int length = in.readLength();
    String value = new String(in.array(), in.position(), length, StandardCharsets.UTF_8);
    in.position(in.position() + length);
    return value;
  }

  static byte[] bytes(WireReader in) throws MalformedWireException {
    int length = in.readLength();
    byte[] value = new byte[length];
    System.arraycopy(in.array(), in.position(), value, 0, length);
    in.position(in.position() + length);
    return value;
  }

  /**
   * Writes a word: its content under the field of its kind, in a message under that of all words.
   */
  static void word(WireWriter out, int words, int kind, WireWriter content) {
    WireWriter body = new WireWriter(64);
    body.messageField(kind, content);
    out.messageField(words, body);
  }

  /** An unsigned 32-bit field within {@code [0, max]}. */
  static int integer(WireReader in, int max, String what) throws MalformedWireException {
    long value = in.readVarint();
    if (value < 0 || value > max) {
      throw new MalformedWireException(
          what + ": " + Long.toUnsignedString(value) + " (expected 0 to " + max + ")");
    }
    return (int) value;
  }
}
