package io.ringtail.otlp.json;

import io.ringtail.compress.ByteOutput;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Writes protobuf fields to a {@link ByteOutput}. The length of a nested message stands before it
 * but is known after it: {@link #begin} leaves as many bytes as its length probably takes and
 * {@link #end} moves the content if it takes others. The guesses are right for nearly all messages,
 * and a whole request is moved at most three times, a copy far below the cost of reading it.
 *
 * <p>Threads: one at a time.
 */
final class ProtobufOutput {
  private static final VarHandle LONG_LE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT_LE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int MAX_VARINT = 10;

  private ByteOutput output = new ByteOutput(0);
  private byte[] array = output.array();
  private int position;

  void reset(ByteOutput newOutput, int expectedBytes) {
    output = newOutput;
    array = output.ensure(expectedBytes, 0);
    position = 0;
  }

  int position() {
    return position;
  }

  /** Takes back all after {@code newPosition}. */
  void truncate(int newPosition) {
    position = newPosition;
  }

  private void room(int bytes) {
    if (array.length - position < bytes) {
      array = output.ensure(Math.addExact(position, bytes), position);
    }
  }

  /**
   * Begins a length-delimited field.
   *
   * @param lengthBytes how many bytes its length will probably take
   * @return where the content starts, for {@link #end}
   */
  int begin(int tag, int lengthBytes) {
    room(MAX_VARINT + lengthBytes);
    rawVarint(tag);
    position += lengthBytes;
    return position;
  }

  /** Ends the field begun with the same {@code lengthBytes}. */
  void end(int contentStart, int lengthBytes) {
    int length = position - contentStart;
    int needed = varintBytes(length);
    if (needed != lengthBytes) {
      room(MAX_VARINT);
      int newStart = contentStart - lengthBytes + needed;
      System.arraycopy(array, contentStart, array, newStart, length);
    }
    position = contentStart - lengthBytes;
    rawVarint(length);
    position += length;
  }

  void varint(int tag, long value) {
    room(2 * MAX_VARINT);
    rawVarint(tag);
    rawVarint(value);
  }

  void fixed64(int tag, long value) {
    room(MAX_VARINT + Long.BYTES);
    rawVarint(tag);
    LONG_LE.set(array, position, value);
    position += Long.BYTES;
  }

  void fixed32(int tag, int value) {
    room(MAX_VARINT + Integer.BYTES);
    rawVarint(tag);
    INT_LE.set(array, position, value);
    position += Integer.BYTES;
  }

  /** A string field; left out if it is empty. */
  void string(int tag, String text) {
    if (!text.isEmpty()) {
      string(tag, text.toCharArray(), 0, text.length());
    }
  }

  /** A string field in UTF-8; a lone surrogate becomes U+FFFD. */
  void string(int tag, char[] chars, int offset, int length) {
    int lengthBytes = length < 128 ? 1 : length < 16_384 ? 2 : 3;
    int start = begin(tag, lengthBytes);
    room(Math.multiplyExact(length, 3));
    int ascii = 0;
    byte[] target = array;
    int at = position;
    while (ascii < length && chars[offset + ascii] < 0x80) {
      target[at++] = (byte) chars[offset + ascii++];
    }
    position = at;
    if (ascii < length) {
      utf8(chars, offset + ascii, offset + length);
    }
    end(start, lengthBytes);
  }

  private void utf8(char[] chars, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = chars[i];
      if (c < 0x80) {
        array[position++] = (byte) c;
      } else if (c < 0x800) {
        array[position++] = (byte) (0xc0 | c >> 6);
        array[position++] = (byte) (0x80 | (c & 0x3f));
      } else if (Character.isHighSurrogate(c)
          && i + 1 < to
          && Character.isLowSurrogate(chars[i + 1])) {
        supplementary(Character.toCodePoint(c, chars[++i]));
      } else {
        int code = Character.isSurrogate(c) ? 0xfffd : c;
        array[position++] = (byte) (0xe0 | code >> 12);
        array[position++] = (byte) (0x80 | ((code >> 6) & 0x3f));
        array[position++] = (byte) (0x80 | (code & 0x3f));
      }
    }
  }

  private void supplementary(int code) {
    array[position++] = (byte) (0xf0 | code >> 18);
    array[position++] = (byte) (0x80 | ((code >> 12) & 0x3f));
    array[position++] = (byte) (0x80 | ((code >> 6) & 0x3f));
    array[position++] = (byte) (0x80 | (code & 0x3f));
  }

  /** One byte of a field begun before. */
  void rawByte(int value) {
    room(1);
    array[position++] = (byte) value;
  }

  private void rawVarint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      array[position++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    array[position++] = (byte) rest;
  }

  private static int varintBytes(int length) {
    return length < 1 << 7
        ? 1
        : length < 1 << 14 ? 2 : length < 1 << 21 ? 3 : length < 1 << 28 ? 4 : 5;
  }
}
