package io.ringtail.otlp.json;

/** Well-formed UTF-8 as of the Unicode standard, table 3-7. */
final class Utf8 {
  private Utf8() {}

  /** Length of the character of two to four bytes at {@code at}; 0 if there is none. */
  static int characterBytes(byte[] utf8, int at, int end) {
    int lead = utf8[at] & 0xff;
    int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || end - at < length) {
      return 0;
    }
    for (int i = 1; i < length; i++) {
      if ((utf8[at + i] & 0xc0) != 0x80) {
        return 0;
      }
    }
    return inRange(lead, utf8[at + 1] & 0xff) ? length : 0;
  }

  /** Neither overlong, nor a surrogate, nor above U+10FFFF. */
  private static boolean inRange(int lead, int second) {
    return switch (lead) {
      case 0xe0 -> second >= 0xa0;
      case 0xed -> second < 0xa0;
      case 0xf0 -> second >= 0x90;
      case 0xf4 -> second < 0x90;
      default -> true;
    };
  }
}
