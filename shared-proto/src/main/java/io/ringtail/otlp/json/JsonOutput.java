package io.ringtail.otlp.json;

import io.ringtail.compress.ByteOutput;
import java.nio.charset.StandardCharsets;

/**
 * Writes JSON without white space to a {@link ByteOutput}. Strings come as UTF-8 bytes and are
 * copied but for what must be escaped; bytes that are not UTF-8 become U+FFFD, so that the output
 * is always JSON.
 *
 * <p>Threads: one at a time.
 */
final class JsonOutput {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
          .getBytes(StandardCharsets.US_ASCII);

  private ByteOutput output = new ByteOutput(0);
  private byte[] array = output.array();
  private int position;

  /** Whether the next member or element is the first of its object or array. */
  private boolean first;

  void reset(ByteOutput newOutput) {
    output = newOutput;
    array = output.array();
    position = 0;
    first = true;
  }

  int position() {
    return position;
  }

  private void room(int bytes) {
    if (array.length - position < bytes) {
      array = output.ensure(Math.addExact(position, bytes), position);
    }
  }

  private void raw(char c) {
    room(1);
    array[position++] = (byte) c;
  }

  void ascii(String text) {
    room(text.length());
    for (int i = 0; i < text.length(); i++) {
      array[position++] = (byte) text.charAt(i);
    }
  }

  void beginObject() {
    raw('{');
    first = true;
  }

  void endObject() {
    raw('}');
    first = false;
  }

  void beginArray() {
    raw('[');
    first = true;
  }

  void endArray() {
    raw(']');
    first = false;
  }

  /** Begins an element of an array. */
  void element() {
    if (!first) {
      raw(',');
    }
    first = false;
  }

  /** Begins a member. {@code name} needs no escaping. */
  void name(String name) {
    element();
    raw('"');
    ascii(name);
    raw('"');
    raw(':');
  }

  void hex(byte[] bytes, int offset, int length) {
    room(2 + 2 * length);
    array[position++] = '"';
    for (int i = offset; i < offset + length; i++) {
      array[position++] = HEX[bytes[i] >> 4 & 0xf];
      array[position++] = HEX[bytes[i] & 0xf];
    }
    array[position++] = '"';
  }

  void base64(byte[] bytes, int offset, int length) {
    room(Math.addExact(6, Math.multiplyExact(length / 3 + 1, 4)));
    array[position++] = '"';
    int end = offset + length;
    for (int i = offset; i < end; i += 3) {
      int left = end - i;
      int bits =
          (bytes[i] & 0xff) << 16
              | (left > 1 ? (bytes[i + 1] & 0xff) << 8 : 0)
              | (left > 2 ? bytes[i + 2] & 0xff : 0);
      array[position++] = BASE64[bits >> 18];
      array[position++] = BASE64[bits >> 12 & 63];
      array[position++] = left > 1 ? BASE64[bits >> 6 & 63] : (byte) '=';
      array[position++] = left > 2 ? BASE64[bits & 63] : (byte) '=';
    }
    array[position++] = '"';
  }

  void bool(boolean value) {
    ascii(value ? "true" : "false");
  }

  /** A 32-bit number, as a number. */
  void int32(long value) {
    decimal(value);
  }

  /** A signed 64-bit integer, as a string. */
  void int64(long value) {
    raw('"');
    decimal(value);
    raw('"');
  }

  /** An unsigned 64-bit integer, as a string. */
  void uint64(long value) {
    if (value < 0) {
      raw('"');
      ascii(Long.toUnsignedString(value));
      raw('"');
    } else {
      int64(value);
    }
  }

  private void decimal(long value) {
    room(20);
    if (value == Long.MIN_VALUE) {
      ascii("-9223372036854775808");
      return;
    }
    long rest = value;
    if (rest < 0) {
      array[position++] = '-';
      rest = -rest;
    }
    int digits = 1;
    for (long bound = rest; bound > 9; bound /= 10) {
      digits++;
    }
    for (int at = position + digits - 1; at >= position; at--) {
      array[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    position += digits;
  }

  /** The shortest text that reads as the same double; what JSON has no number for as a string. */
  void number(double value) {
    if (Double.isFinite(value)) {
      ascii(Double.toString(value));
    } else {
      raw('"');
      ascii(Double.toString(value));
      raw('"');
    }
  }

  void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    text(bytes, 0, bytes.length);
  }

  void text(byte[] utf8, int offset, int length) {
    room(Math.addExact(2, length));
    array[position++] = '"';
    int end = offset + length;
    int at = offset;
    while (at < end) {
      byte b = utf8[at];
      if (b >= 0x20 && b != '"' && b != '\\') {
        room(end - at + 1);
        array[position++] = b;
        at++;
      } else if (b >= 0) {
        escape(b);
        at++;
      } else {
        at += beyondAscii(utf8, at, end);
      }
    }
    raw('"');
  }

  private void escape(byte b) {
    switch (b) {
      case '"' -> ascii("\\\"");
      case '\\' -> ascii("\\\\");
      case '\n' -> ascii("\\n");
      case '\r' -> ascii("\\r");
      case '\t' -> ascii("\\t");
      default -> {
        ascii("\\u00");
        raw((char) HEX[b >> 4]);
        raw((char) HEX[b & 0xf]);
      }
    }
  }

  /** Copies one character, or replaces one byte; returns how many bytes of the input it took. */
  private int beyondAscii(byte[] utf8, int at, int end) {
    int length = Utf8.characterBytes(utf8, at, end);
    room(Math.max(length, 3));
    if (length == 0) {
      array[position++] = (byte) 0xef;
      array[position++] = (byte) 0xbf;
      array[position++] = (byte) 0xbd;
      return 1;
    }
    for (int i = 0; i < length; i++) {
      array[position++] = utf8[at + i];
    }
    return length;
  }
}
