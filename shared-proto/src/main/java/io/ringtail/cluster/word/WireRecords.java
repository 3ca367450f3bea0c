package io.ringtail.cluster.word;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records within records as protobuf, written and read by hand. Threads: any. */
final class WireRecords {
  /**
   * Each nested record has one: the 4 KiB it would be by default are mostly cleared for nothing.
   */
  private static final int BUFFER_BYTES = 128;

  private static final int MAX_ELEMENTS = 100_000;

  private WireRecords() {}

  interface Body {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  interface FieldReader {
    /** Reads the field of this number, or leaves it for {@code skipField} and returns false. */
    boolean read(int field, CodedInputStream in) throws IOException;
  }

  interface Reader<T> {
    T read(CodedInputStream in) throws IOException;
  }

  static byte[] bytes(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes, BUFFER_BYTES);
    try {
      body.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static void write(CodedOutputStream out, int field, Body body) throws IOException {
    out.writeByteArray(field, bytes(body));
  }

  static void read(CodedInputStream in, FieldReader fields) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (!fields.read(WireFormat.getTagFieldNumber(tag), in)) {
        in.skipField(tag);
      }
    }
  }

  static <T> T nested(CodedInputStream in, Reader<T> reader) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    T value = reader.read(in);
    in.checkLastTagWas(0);
    in.popLimit(outer);
    return value;
  }

  /** The record in field 1 of another that has nothing else. */
  static <T> T only(CodedInputStream in, String what, Reader<T> reader) throws IOException {
    Box<T> only = new Box<>();
    read(in, only.field(1, reader));
    return only.require(what);
  }

  static <T> void add(List<T> list, T value) throws InvalidProtocolBufferException {
    if (list.size() >= MAX_ELEMENTS) {
      throw new InvalidProtocolBufferException("more than " + MAX_ELEMENTS + " elements");
    }
    list.add(value);
  }

  /** A value that a lambda sets. */
  static final class Box<T> {
    @Nullable T value;

    Box() {}

    Box(T initial) {
      value = initial;
    }

    FieldReader field(int number, Reader<T> reader) {
      return (f, i) -> {
        if (f != number) {
          return false;
        }
        value = nested(i, reader);
        return true;
      };
    }

    T require(String what) throws InvalidProtocolBufferException {
      if (value == null) {
        throw new InvalidProtocolBufferException(what + " is missing");
      }
      return value;
    }
  }
}
