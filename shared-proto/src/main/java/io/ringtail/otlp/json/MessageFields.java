package io.ringtail.otlp.json;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;
import java.util.Arrays;

/**
 * Where the fields of one message are, found in one walk, so that they can be written in the order
 * of their numbers and each repeated one as one array, however they lie on the wire. Unknown fields
 * and those of another wire type than the proto's are passed over.
 *
 * <p>A singular field that occurs again counts with its last value, also where it is a message
 * (which protobuf would merge; no encoder writes such).
 *
 * <p>Threads: one at a time; reused for many messages.
 */
final class MessageFields {
  private static final int MAX_FIELD = 16;

  private final WireReader walk = new WireReader();
  private final WireReader value = new WireReader();
  private final int[] first = new int[MAX_FIELD + 1];
  private final int[] last = new int[MAX_FIELD + 1];
  private byte[] array = new byte[0];
  private int end;
  private int lastField;

  /** Tag of the repeated field being walked, and where its walk is. */
  private int repeatedTag;

  private int start;
  private int length;

  /**
   * Walks {@code newArray[start, newEnd)}.
   *
   * @param tags for each field number the tag the proto gives it; 0: unknown
   */
  void index(byte[] newArray, int messageStart, int newEnd, int[] tags)
      throws MalformedWireException {
    array = newArray;
    end = newEnd;
    lastField = 0;
    Arrays.fill(first, -1);
    walk.reset(array, messageStart, end);
    while (walk.next()) {
      int field = walk.field();
      if (field < tags.length && tags[field] == walk.tag()) {
        if (first[field] < 0) {
          first[field] = walk.fieldStart();
        }
        last[field] = walk.fieldStart();
        lastField = field;
      }
      walk.skip();
    }
  }

  boolean has(int field) {
    return first[field] >= 0;
  }

  /** Number of the known field that comes last on the wire: the member of a oneof that counts. */
  int lastField() {
    return lastField;
  }

  /** The value of a singular field that is there. */
  private WireReader at(int field) throws MalformedWireException {
    value.reset(array, last[field], end);
    value.next();
    return value;
  }

  long varint(int field) throws MalformedWireException {
    return at(field).readVarint();
  }

  long fixed64(int field) throws MalformedWireException {
    return at(field).readFixed64();
  }

  int fixed32(int field) throws MalformedWireException {
    return at(field).readFixed32();
  }

  /** Sets {@link #start} and {@link #length} to the content of a singular field that is there. */
  void bytes(int field) throws MalformedWireException {
    length = at(field).readLength();
    start = value.position();
  }

  /** Begins the walk of a repeated field that is there; one at a time. */
  void beginRepeated(int field, int tag) {
    walk.reset(array, first[field], end);
    repeatedTag = tag;
  }

  /** Sets {@link #start} and {@link #length} to the next one; false behind the last. */
  boolean nextRepeated() throws MalformedWireException {
    while (walk.next()) {
      if (walk.tag() == repeatedTag) {
        length = walk.readLength();
        start = walk.position();
        walk.position(start + length);
        return true;
      }
      walk.skip();
    }
    return false;
  }

  int start() {
    return start;
  }

  int length() {
    return length;
  }
}
