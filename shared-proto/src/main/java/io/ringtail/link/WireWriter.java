package io.ringtail.link;

import io.ringtail.otlp.WireReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Protobuf fields into a growing byte array. Threads: one. */
public final class WireWriter {
  private static final int KEPT_BYTES = 256 << 10;

  private byte[] array;
  private int size;

  public WireWriter(int initialBytes) {
    array = new byte[initialBytes];
  }

  /** Bytes a varint takes. */
  public static int varintSize(long value) {
    return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }

  /** Bytes of a varint field, none if it is 0. */
  public static int fieldSize(int tag, long value) {
    return value == 0 ? 0 : varintSize(tag) + varintSize(value);
  }

  /** Bytes of a LEN field of {@code length} content bytes. */
  public static int lengthFieldSize(int tag, int length) {
    return varintSize(tag) + varintSize(length) + length;
  }

  public int size() {
    return size;
  }

  public byte[] array() {
    return array;
  }

  /** What rare large headers have made it grow to is given back. */
  public void clear() {
    if (array.length > KEPT_BYTES) {
      array = new byte[KEPT_BYTES];
    }
    size = 0;
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(array, size);
  }

  /** Writes a varint field; 0 is the default and is left out. */
  public void field(int tag, long value) {
    if (value != 0) {
      varint(tag);
      varint(value);
    }
  }

  /** Writes a varint or fixed64 field also if it is 0. */
  public void presentField(int tag, long value) {
    varint(tag);
    if ((tag & 7) == WireReader.FIXED64) {
      fixed64(value);
    } else {
      varint(value);
    }
  }

  /** Writes tag and length of a LEN field; the caller appends the content. */
  public void openField(int tag, int length) {
    varint(tag);
    varint(length);
  }

  public void bytesField(int tag, byte[] bytes) {
    openField(tag, bytes.length);
    raw(bytes, bytes.length);
  }

  /** Writes a string field; an empty one is left out. */
  public void stringField(int tag, String value) {
    if (!value.isEmpty()) {
      bytesField(tag, value.getBytes(StandardCharsets.UTF_8));
    }
  }

  public void messageField(int tag, WireWriter message) {
    openField(tag, message.size);
    raw(message.array, message.size);
  }

  public void raw(byte[] bytes, int length) {
    raw(bytes, 0, length);
  }

  public void raw(byte[] bytes, int offset, int length) {
    ensure(length);
    System.arraycopy(bytes, offset, array, size, length);
    size += length;
  }

  public void varint(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      array[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    array[size++] = (byte) rest;
  }

  public void fixed64(long value) {
    ensure(Long.BYTES);
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      array[size++] = (byte) (value >>> shift);
    }
  }

  private void ensure(int more) {
    if (array.length - size < more) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, size + more));
    }
  }
}
