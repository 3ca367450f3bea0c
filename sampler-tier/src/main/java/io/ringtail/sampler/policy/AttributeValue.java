package io.ringtail.sampler.policy;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;

/** A cursor over one encoded {@code AnyValue}. Threads: the shard's. */
final class AttributeValue {
  enum Kind {
    STRING,
    BOOLEAN,
    INTEGER,
    DOUBLE,
    OTHER
  }

  private final WireReader reader = new WireReader();
  private Kind kind = Kind.OTHER;
  private byte[] array = new byte[0];
  private int offset;
  private int length;
  private long number;

  /** Reads the value at {@code [start, end)}; of several members of the oneof the last counts. */
  void read(byte[] newArray, int start, int end) throws MalformedWireException {
    array = newArray;
    if (end - start >= 2
        && newArray[start] == Otlp.ANY_STRING
        && newArray[start + 1] == end - start - 2) {
      kind = Kind.STRING;
      offset = start + 2;
      length = end - start - 2;
      return;
    }
    kind = Kind.OTHER;
    offset = start;
    length = 0;
    WireReader in = reader.reset(newArray, start, end);
    while (in.next()) {
      switch (in.tag()) {
        case Otlp.ANY_STRING -> {
          length = in.readLength();
          offset = in.position();
          in.position(offset + length);
          kind = Kind.STRING;
        }
        case Otlp.ANY_BOOL -> number(Kind.BOOLEAN, in.readVarint());
        case Otlp.ANY_INT -> number(Kind.INTEGER, in.readVarint());
        case Otlp.ANY_DOUBLE -> number(Kind.DOUBLE, in.readFixed64());
        default -> {
          kind = Kind.OTHER;
          in.skip();
        }
      }
    }
  }

  private void number(Kind newKind, long value) {
    kind = newKind;
    number = value;
  }

  Kind kind() {
    return kind;
  }

  byte[] array() {
    return array;
  }

  /** Where the string begins. */
  int offset() {
    return offset;
  }

  /** Bytes of the string; 0 for any other kind. */
  int length() {
    return kind == Kind.STRING ? length : 0;
  }

  long integer() {
    return number;
  }

  double floating() {
    return Double.longBitsToDouble(number);
  }

  boolean bool() {
    return number != 0;
  }
}
