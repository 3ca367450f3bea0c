package io.ringtail.otlp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Walks protobuf fields over a range of a byte array, without objects. Reuse one for many messages
 * by {@link #reset}. After {@link #next} returned true exactly one of the read or skip methods is
 * called.
 *
 * <p>Threads: one at a time. Buffers: the array is borrowed until the next reset. Fails with {@link
 * MalformedWireException} on truncation, a length past the end, a varint over 10 bytes, field 0 or
 * an unknown wire type. Groups are skipped, at most {@value #MAX_GROUP_DEPTH} deep. Source:
 * protobuf.dev/programming-guides/encoding.
 */
public final class WireReader {
  public static final int VARINT = 0;
  public static final int FIXED64 = 1;
  public static final int LEN = 2;
  public static final int START_GROUP = 3;
  public static final int END_GROUP = 4;
  public static final int FIXED32 = 5;

  private static final int MAX_GROUP_DEPTH = 100;
  private static final VarHandle LONG_LE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG_BE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT_LE =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] array = new byte[0];
  private int position;
  private int end;
  private int tag;
  private int fieldStart;

  /** Eight bytes of {@code array} at {@code offset}, big-endian (half a trace ID). */
  public static long longBigEndian(byte[] array, int offset) {
    return (long) LONG_BE.get(array, offset);
  }

  /** Eight bytes of {@code array} at {@code offset}, little-endian (a fixed64). */
  public static long longLittleEndian(byte[] array, int offset) {
    return (long) LONG_LE.get(array, offset);
  }

  /** Starts over at {@code array[start, end)}. */
  public WireReader reset(byte[] newArray, int start, int newEnd) {
    array = newArray;
    position = start;
    end = newEnd;
    tag = 0;
    return this;
  }

  public byte[] array() {
    return array;
  }

  public int position() {
    return position;
  }

  public int end() {
    return end;
  }

  /** Goes to {@code newPosition}, for a caller that walked a nested message itself. */
  public void position(int newPosition) {
    position = newPosition;
  }

  /** Reads the next tag; false at the end of the range. */
  public boolean next() throws MalformedWireException {
    if (position >= end) {
      return false;
    }
    fieldStart = position;
    tag = readVarint32();
    if (tag >>> 3 == 0) {
      throw new MalformedWireException("field number 0 at byte " + fieldStart);
    }
    return true;
  }

  /** Field number and wire type as they stand on the wire: {@code number << 3 | type}. */
  public int tag() {
    return tag;
  }

  public int field() {
    return tag >>> 3;
  }

  public int wireType() {
    return tag & 7;
  }

  /** Where the tag of the present field begins. */
  public int fieldStart() {
    return fieldStart;
  }

  public long readVarint() throws MalformedWireException {
    if (position < end && array[position] >= 0) {
      return array[position++];
    }
    return readLongVarint();
  }

  private long readLongVarint() throws MalformedWireException {
    long value = 0;
    int at = position;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at >= end) {
        throw new MalformedWireException("truncated varint at byte " + position);
      }
      byte b = array[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        position = at;
        return value;
      }
    }
    throw new MalformedWireException("varint over 10 bytes at byte " + position);
  }

  private int readVarint32() throws MalformedWireException {
    long value = readVarint();
    if (value >>> 32 != 0) {
      throw new MalformedWireException("tag over 32 bits at byte " + fieldStart);
    }
    return (int) value;
  }

  public long readFixed64() throws MalformedWireException {
    require(Long.BYTES);
    long value = (long) LONG_LE.get(array, position);
    position += Long.BYTES;
    return value;
  }

  public int readFixed32() throws MalformedWireException {
    require(Integer.BYTES);
    int value = (int) INT_LE.get(array, position);
    position += Integer.BYTES;
    return value;
  }

  /**
   * Reads the length of a LEN field; {@link #position} is then at its first byte. The caller skips
   * the content by {@link #position(int)}.
   *
   * @return number of content bytes, all of which are within the range
   */
  public int readLength() throws MalformedWireException {
    long length = readVarint();
    if (length < 0 || length > end - position) {
      throw new MalformedWireException(
          "length " + Long.toUnsignedString(length) + " points past the end at byte " + fieldStart);
    }
    return (int) length;
  }

  /**
   * Goes past the present LEN field.
   *
   * @param inner reads its content from here on, without a copy
   * @return that
   */
  public WireReader enter(WireReader inner) throws MalformedWireException {
    int length = readLength();
    int start = position;
    position = start + length;
    return inner.reset(array, start, start + length);
  }

  /** As {@link #enter(WireReader)}, with a new reader. */
  public WireReader enter() throws MalformedWireException {
    return enter(new WireReader());
  }

  /**
   * Goes past the next LEN field of a tag, whose content {@code inner} reads from here on; false if
   * there is none.
   */
  public boolean enterNext(int wantedTag, WireReader inner) throws MalformedWireException {
    while (next()) {
      if (tag == wantedTag) {
        enter(inner);
        return true;
      }
      skip();
    }
    return false;
  }

  /** Skips the value of the present field. */
  public void skip() throws MalformedWireException {
    skip(tag, 0);
  }

  private void skip(int skippedTag, int depth) throws MalformedWireException {
    switch (skippedTag & 7) {
      case VARINT -> readVarint();
      case FIXED64 -> {
        require(Long.BYTES);
        position += Long.BYTES;
      }
      case LEN -> {
        int length = readLength();
        position += length;
      }
      case START_GROUP -> skipGroup(skippedTag >>> 3, depth + 1);
      case FIXED32 -> {
        require(Integer.BYTES);
        position += Integer.BYTES;
      }
      default ->
          throw new MalformedWireException(
              "wire type " + (skippedTag & 7) + " at byte " + fieldStart);
    }
  }

  private void skipGroup(int number, int depth) throws MalformedWireException {
    if (depth > MAX_GROUP_DEPTH) {
      throw new MalformedWireException("groups nested over " + MAX_GROUP_DEPTH + " deep");
    }
    while (position < end) {
      int inner = readVarint32();
      if ((inner & 7) == END_GROUP) {
        if (inner >>> 3 != number) {
          throw new MalformedWireException("group " + number + " ended by " + (inner >>> 3));
        }
        return;
      }
      skip(inner, depth);
    }
    throw new MalformedWireException("group " + number + " without an end");
  }

  private void require(int bytes) throws MalformedWireException {
    if (end - position < bytes) {
      throw new MalformedWireException("truncated at byte " + position);
    }
  }
}
