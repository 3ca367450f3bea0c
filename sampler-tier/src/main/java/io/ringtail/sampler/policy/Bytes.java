package io.ringtail.sampler.policy;

import static io.ringtail.otlp.WireReader.longLittleEndian;

import java.util.Arrays;

/** A range of bytes as a map key: fixed once stored, or a probe set anew before each lookup. */
final class Bytes {
  private byte[] array = new byte[0];
  private int offset;
  private int length;
  private int hash;

  static Bytes copyOf(byte[] array, int offset, int length) {
    return new Bytes().set(Arrays.copyOfRange(array, offset, offset + length), 0, length);
  }

  Bytes set(byte[] newArray, int newOffset, int newLength) {
    array = newArray;
    offset = newOffset;
    length = newLength;
    int h = 1;
    for (int i = newOffset, end = newOffset + newLength; i < end; i++) {
      h = 31 * h + newArray[i];
    }
    hash = h;
    return this;
  }

  /**
   * Whether {@code other[offset, offset + length)} is equal to the first {@code length} bytes: for
   * the few bytes of a key faster than {@link Arrays#equals}.
   */
  static boolean equal(byte[] bytes, byte[] other, int offset, int length) {
    if (length < Long.BYTES) {
      return Arrays.equals(bytes, 0, length, other, offset, offset + length);
    }
    int last = length - Long.BYTES;
    for (int at = 0; at < last; at += Long.BYTES) {
      if (longLittleEndian(bytes, at) != longLittleEndian(other, offset + at)) {
        return false;
      }
    }
    return longLittleEndian(bytes, last) == longLittleEndian(other, offset + last);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Bytes b
        && b.hash == hash
        && Arrays.equals(array, offset, offset + length, b.array, b.offset, b.offset + b.length);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
