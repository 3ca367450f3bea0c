package io.ringtail.otlp.json;

import io.ringtail.compress.ByteOutput;
import io.ringtail.otlp.WireReader;
import org.jspecify.annotations.Nullable;

/**
 * Converts an OTLP/JSON {@code ExportTraceServiceRequest} or {@code TracesData} (they have the same
 * shape) to protobuf bytes, streaming.
 *
 * <ul>
 *   <li>Ids are hex in any case; enums are integers; keys are lowerCamelCase; unknown keys are
 *       ignored with all below them; null is absent; 64-bit integers are strings or numbers.
 *   <li>Fields leave in the order they stand in, and a scalar of the default value is left out
 *       unless it is a member of an {@code AnyValue}.
 *   <li><b>A span with an id that is not hex</b> (base64 above all), or with a parent or link id of
 *       a wrong length, <b>leaves as an empty span</b>: whoever receives it rejects it alone, for
 *       want of ids, and no backend is handed an id it refuses a whole request for. {@link
 *       #undecodedSpans} counts them and {@link #firstUndecodedId} says why. A trace or span ID of
 *       hex digits but of a wrong length leaves as it is, to be rejected in the same way.
 *   <li>Messages nested deeper than {@value #MAX_MESSAGE_DEPTH} are refused: protobuf readers
 *       would.
 * </ul>
 *
 * <p>Threads: one at a time. Buffers: input borrowed for the call. Output is never longer than the
 * input but for a few bytes.
 *
 * <p>It is long by OTLP: each message of it has a method, with a line a field.
 */
public final class JsonToProtobuf {
  static final int MAX_MESSAGE_DEPTH = 100;

  /** How many bytes the length of a message will probably take. */
  private static final int LARGE = 3;

  private static final int MEDIUM = 2;
  private static final int SMALL = 1;

  // made once: a method reference made in place is an object each time
  private final Element entityRefElement = this::entityRef;
  private final Element eventElement = this::event;
  private final Element linkElement = this::link;
  private final Element resourceSpansElement = this::resourceSpans;
  private final Element scopeSpansElement = this::scopeSpans;
  private final Element spanElement = this::span;

  private final ProtobufOutput out = new ProtobufOutput();
  private JsonTokens in = JsonTokens.NONE;
  private int depth;
  private final JsonValues idle = new JsonValues(JsonTokens.NONE, out);
  private JsonValues values = idle;
  private int undecodedSpans;
  private @Nullable String firstUndecodedId;

  /**
   * Converts {@code input[offset, offset + length)}.
   *
   * @return bytes written to the beginning of {@code output}
   */
  public int convert(byte[] input, int offset, int length, ByteOutput output)
      throws MalformedJsonException {
    in = new JsonTokens(input, offset, length);
    values = new JsonValues(in, out);
    out.reset(output, length / 2 + 64);
    depth = 0;
    undecodedSpans = 0;
    firstUndecodedId = null;
    try {
      body();
      return out.position();
    } finally {
      firstUndecodedId = values.firstUndecodedId();
      values = idle;
      in.close();
      in = JsonTokens.NONE;
    }
  }

  private void body() throws MalformedJsonException {
    in.beginBody();
    String field;
    while ((field = in.nextField()) != null) {
      if (field.equals("resourceSpans")) {
        each(resourceSpansElement);
      } else {
        in.skip();
      }
    }
    in.endBody();
  }

  /** Spans of the last body that left empty since an id of theirs did not decode. */
  public int undecodedSpans() {
    return undecodedSpans;
  }

  /** The first such id of the last body and what was expected; null if all decoded. */
  public @Nullable String firstUndecodedId() {
    return firstUndecodedId;
  }

  private interface Element {
    void read() throws MalformedJsonException;
  }

  /** Reads an array of messages; null elements are left out. */
  private void each(Element element) throws MalformedJsonException {
    in.expectArray();
    while (in.nextElement()) {
      if (!in.isNull()) {
        element.read();
      }
    }
  }

  private int begin(int tag, int lengthBytes) throws MalformedJsonException {
    in.expectObject();
    if (++depth > MAX_MESSAGE_DEPTH) {
      throw in.unexpected("messages nested at most " + MAX_MESSAGE_DEPTH + " deep");
    }
    return out.begin(tag, lengthBytes);
  }

  private void end(int contentStart, int lengthBytes) {
    depth--;
    out.end(contentStart, lengthBytes);
  }

  private void resourceSpans() throws MalformedJsonException {
    int start = begin(len(1), LARGE);
    String field;
    while ((field = in.nextField()) != null) {
      switch (field) {
        case "resource" -> resource();
        case "scopeSpans" -> each(scopeSpansElement);
        case "schemaUrl" -> values.string(len(3));
        default -> in.skip();
      }
    }
    end(start, LARGE);
  }

  private void resource() throws MalformedJsonException {
    int start = begin(len(1), MEDIUM);
    String field;
    while ((field = in.nextField()) != null) {
      switch (field) {
        case "attributes" -> attributes(len(1));
        case "droppedAttributesCount" -> values.uint32(varint(2));
        case "entityRefs" -> each(entityRefElement);
        default -> in.skip();
      }
    }
    end(start, MEDIUM);
  }

  private void entityRef() throws MalformedJsonException {
    int start = begin(len(3), SMALL);
    String field;
    while ((field = in.nextField()) != null) {
      switch (field) {
        case "schemaUrl" -> values.string(len(1));
        case "type" -> values.string(len(2));
        case "idKeys" -> values.strings(len(3));
        case "descriptionKeys" -> values.strings(len(4));
        default -> in.skip();
      }
    }
    end(start, SMALL);
  }

  private void scopeSpans() throws MalformedJsonException {
    int start = begin(len(2), LARGE);
    String field;
    while ((field = in.nextField()) != null) {
      switch (field) {
        case "scope" -> scope();
        case "spans" -> each(spanElement);
        case "schemaUrl" -> values.string(len(3));
        default -> in.skip();
      }
    }
    end(start, LARGE);
  }

  private void scope() throws MalformedJsonException {
    int start = begin(len(1), SMALL);
    String field;
    while ((field = in.nextField()) != null) {
      switch (field) {
        case "name" -> values.string(len(1));
        case "version" -> values.string(len(2));
        case "attributes" -> attributes(len(3));
        case "droppedAttributesCount" -> values.uint32(varint(4));
        default -> in.skip();
      }
    }
    end(start, SMALL);
  }

  private void span() throws MalformedJsonException {
    values.beginIds();
    int start = begin(len(2), MEDIUM);
    String field;
    while ((field = in.nextField()) != null) {
      spanField(field);
    }
    if (values.hasUndecodedId()) {
      out.truncate(start);
      undecodedSpans++;
    }
    end(start, MEDIUM);
  }

  private void spanField(String field) throws MalformedJsonException {
    switch (field) {
      case "traceId" -> values.id(len(1), -1);
      case "spanId" -> values.id(len(2), -1);
      case "traceState" -> values.string(len(3));
      case "parentSpanId" -> values.id(len(4), 8);
      case "name" -> values.string(len(5));
      case "kind" -> values.enumNumber(varint(6));
      case "startTimeUnixNano" -> values.fixed64(fixed64Tag(7));
      case "endTimeUnixNano" -> values.fixed64(fixed64Tag(8));
      case "attributes" -> attributes(len(9));
      case "droppedAttributesCount" -> values.uint32(varint(10));
      case "events" -> each(eventElement);
      case "droppedEventsCount" -> values.uint32(varint(12));
      case "links" -> each(linkElement);
      case "droppedLinksCount" -> values.uint32(varint(14));
      case "status" -> status();
      case "flags" -> values.fixed32(fixed32Tag(16));
      default -> in.skip();
    }
  }

  private void event() throws MalformedJsonException {
    int start = begin(len(11), MEDIUM);
    String field;
    while ((field = in.nextField()) != null) {
      switch (field) {
        case "timeUnixNano" -> values.fixed64(fixed64Tag(1));
        case "name" -> values.string(len(2));
        case "attributes" -> attributes(len(3));
        case "droppedAttributesCount" -> values.uint32(varint(4));
        default -> in.skip();
      }
    }
    end(start, MEDIUM);
  }

  private void link() throws MalformedJsonException {
    int start = begin(len(13), SMALL);
    String field;
    while ((field = in.nextField()) != null) {
      switch (field) {
        case "traceId" -> values.id(len(1), 16);
        case "spanId" -> values.id(len(2), 8);
        case "traceState" -> values.string(len(3));
        case "attributes" -> attributes(len(4));
        case "droppedAttributesCount" -> values.uint32(varint(5));
        case "flags" -> values.fixed32(fixed32Tag(6));
        default -> in.skip();
      }
    }
    end(start, SMALL);
  }

  private void status() throws MalformedJsonException {
    int start = begin(len(15), SMALL);
    String field;
    while ((field = in.nextField()) != null) {
      switch (field) {
        case "message" -> values.string(len(2));
        case "code" -> values.enumNumber(varint(3));
        default -> in.skip();
      }
    }
    end(start, SMALL);
  }

  private void attributes(int tag) throws MalformedJsonException {
    in.expectArray();
    while (in.nextElement()) {
      if (!in.isNull()) {
        keyValue(tag);
      }
    }
  }

  private void keyValue(int tag) throws MalformedJsonException {
    int start = begin(tag, SMALL);
    String field;
    while ((field = in.nextField()) != null) {
      switch (field) {
        case "key" -> values.string(len(1));
        case "value" -> anyValue(len(2));
        default -> in.skip();
      }
    }
    end(start, SMALL);
  }

  private void anyValue(int tag) throws MalformedJsonException {
    int start = begin(tag, SMALL);
    String field;
    while ((field = in.nextField()) != null) {
      switch (field) {
        case "stringValue" -> anyString();
        case "boolValue" -> out.varint(varint(2), in.bool() ? 1 : 0);
        case "intValue" -> out.varint(varint(3), in.int64());
        case "doubleValue" -> out.fixed64(fixed64Tag(4), Double.doubleToRawLongBits(in.number()));
        case "arrayValue" -> arrayValue();
        case "kvlistValue" -> kvlistValue();
        case "bytesValue" -> values.bytes(len(7));
        default -> in.skip();
      }
    }
    end(start, SMALL);
  }

  private void anyString() throws MalformedJsonException {
    in.expectString("a string");
    out.string(len(1), in.text(), in.textOffset(), in.textLength());
  }

  private void arrayValue() throws MalformedJsonException {
    int start = begin(len(5), SMALL);
    String field;
    while ((field = in.nextField()) != null) {
      if (field.equals("values")) {
        anyValues();
      } else {
        in.skip();
      }
    }
    end(start, SMALL);
  }

  /** Here a null keeps its place, as an empty value: arrays are read by position. */
  private void anyValues() throws MalformedJsonException {
    in.expectArray();
    while (in.nextElement()) {
      if (in.isNull()) {
        out.end(out.begin(len(1), SMALL), SMALL);
      } else {
        anyValue(len(1));
      }
    }
  }

  private void kvlistValue() throws MalformedJsonException {
    int start = begin(len(6), SMALL);
    String field;
    while ((field = in.nextField()) != null) {
      if (field.equals("values")) {
        attributes(len(1));
      } else {
        in.skip();
      }
    }
    end(start, SMALL);
  }

  private static int len(int field) {
    return field << 3 | WireReader.LEN;
  }

  private static int varint(int field) {
    return field << 3 | WireReader.VARINT;
  }

  private static int fixed64Tag(int field) {
    return field << 3 | WireReader.FIXED64;
  }

  private static int fixed32Tag(int field) {
    return field << 3 | WireReader.FIXED32;
  }
}
