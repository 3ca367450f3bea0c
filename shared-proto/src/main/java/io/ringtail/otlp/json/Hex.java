package io.ringtail.otlp.json;

/** Hex digits of either case, without a branch a digit. */
final class Hex {
  private static final byte[] DIGITS = new byte[128];

  static {
    for (int i = 0; i < DIGITS.length; i++) {
      DIGITS[i] = (byte) Character.digit((char) i, 16);
    }
  }

  private Hex() {}

  /** An even number of hex digits. */
  static boolean isHex(char[] text, int offset, int length) {
    int signs = 0;
    for (int i = offset; i < offset + length; i++) {
      signs |= text[i] < 128 ? DIGITS[text[i]] : -1;
    }
    return signs >= 0 && (length & 1) == 0;
  }

  /** The value of a digit known to be one. */
  static int digit(char c) {
    return DIGITS[c];
  }
}
