package io.ringtail.otlp.json;

import java.util.Arrays;

/** Base64 as the proto3 JSON mapping takes it: both alphabets, padding or none. */
final class Base64Text {
  private static final byte[] VALUES = new byte[128];

  static {
    Arrays.fill(VALUES, (byte) -1);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    for (int i = 0; i < alphabet.length(); i++) {
      VALUES[alphabet.charAt(i)] = (byte) i;
    }
    VALUES['+'] = VALUES['-'] = 62;
    VALUES['/'] = VALUES['_'] = 63;
  }

  private Base64Text() {}

  /** Appends the decoded bytes; false, with some of them appended, if it is not base64. */
  static boolean decode(char[] text, int offset, int length, ProtobufOutput out) {
    int digits = length;
    while (digits > 0 && length - digits < 2 && text[offset + digits - 1] == '=') {
      digits--;
    }
    boolean padded = digits < length;
    if ((digits & 3) == 1 || (padded && (length & 3) != 0)) {
      return false;
    }
    int bits = 0;
    for (int i = 0; i < digits; i++) {
      char c = text[offset + i];
      int value = c < 128 ? VALUES[c] : -1;
      if (value < 0) {
        return false;
      }
      bits = bits << 6 | value;
      int phase = i & 3;
      if (phase > 0) {
        out.rawByte(bits >>> (6 - 2 * phase));
      }
    }
    return true;
  }
}
