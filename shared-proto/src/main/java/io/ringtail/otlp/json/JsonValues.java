package io.ringtail.otlp.json;

import org.jspecify.annotations.Nullable;

/**
 * Values of JSON fields to protobuf fields, of one body: scalars of the default value are left out,
 * and IDs that do not decode are noted. Threads: one at a time.
 */
final class JsonValues {
  /** How many bytes the length of an ID, or of bytes, will probably take. */
  private static final int SMALL = 1;

  private final JsonTokens in;
  private final ProtobufOutput out;
  private boolean undecodedId;
  private @Nullable String firstUndecodedId;

  JsonValues(JsonTokens in, ProtobufOutput out) {
    this.in = in;
    this.out = out;
  }

  /** The IDs of another span begin. */
  void beginIds() {
    undecodedId = false;
  }

  /** Whether an ID since the last {@link #beginIds} did not decode. */
  boolean hasUndecodedId() {
    return undecodedId;
  }

  /** The first such ID of the body and what was expected; null if all decoded. */
  @Nullable String firstUndecodedId() {
    return firstUndecodedId;
  }

  /** A string; an empty one is left out. */
  void string(int tag) throws MalformedJsonException {
    in.expectString("a string");
    int length = in.textLength();
    if (length > 0) {
      out.string(tag, in.text(), in.textOffset(), length);
    }
  }

  /** Strings, null ones left out. */
  void strings(int tag) throws MalformedJsonException {
    in.expectArray();
    while (in.nextElement()) {
      if (!in.isNull()) {
        in.expectString("a string");
        out.string(tag, in.text(), in.textOffset(), in.textLength());
      }
    }
  }

  void uint32(int tag) throws MalformedJsonException {
    int value = in.uint32();
    if (value != 0) {
      out.varint(tag, Integer.toUnsignedLong(value));
    }
  }

  void enumNumber(int tag) throws MalformedJsonException {
    int value = in.enumNumber();
    if (value != 0) {
      out.varint(tag, value);
    }
  }

  void fixed64(int tag) throws MalformedJsonException {
    long value = in.uint64();
    if (value != 0) {
      out.fixed64(tag, value);
    }
  }

  void fixed32(int tag) throws MalformedJsonException {
    int value = in.uint32();
    if (value != 0) {
      out.fixed32(tag, value);
    }
  }

  /**
   * An ID of hex digits.
   *
   * @param bytes the only length taken, besides 0; -1: any, judged by the receiver of the span
   */
  void id(int tag, int bytes) throws MalformedJsonException {
    in.expectString("a string of hex digits");
    int length = in.textLength();
    if (length == 0) {
      return;
    }
    char[] text = in.text();
    int offset = in.textOffset();
    if (!Hex.isHex(text, offset, length) || (bytes >= 0 && length != 2 * bytes)) {
      undecoded(bytes);
      return;
    }
    int start = out.begin(tag, SMALL);
    for (int i = 0; i < length; i += 2) {
      out.rawByte(Hex.digit(text[offset + i]) << 4 | Hex.digit(text[offset + i + 1]));
    }
    out.end(start, SMALL);
  }

  private void undecoded(int bytes) throws MalformedJsonException {
    undecodedId = true;
    if (firstUndecodedId == null) {
      String expected = bytes < 0 ? "hex digits" : 2 * bytes + " hex digits";
      firstUndecodedId = in.unexpected(expected).getMessage();
    }
  }

  /** Bytes in base64, which may be none. */
  void bytes(int tag) throws MalformedJsonException {
    String expected = "a base64 string";
    in.expectString(expected);
    int start = out.begin(tag, SMALL);
    if (!Base64Text.decode(in.text(), in.textOffset(), in.textLength(), out)) {
      throw in.unexpected(expected);
    }
    out.end(start, SMALL);
  }
}
