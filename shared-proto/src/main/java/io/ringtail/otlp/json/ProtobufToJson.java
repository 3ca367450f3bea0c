package io.ringtail.otlp.json;

import static io.ringtail.otlp.WireReader.FIXED32;
import static io.ringtail.otlp.WireReader.FIXED64;
import static io.ringtail.otlp.WireReader.LEN;
import static io.ringtail.otlp.WireReader.VARINT;

import io.ringtail.compress.ByteOutput;
import io.ringtail.otlp.MalformedWireException;
import java.util.ArrayList;
import java.util.List;

/**
 * Converts the protobuf bytes of {@code TracesData} or {@code ExportTraceServiceRequest}, which may
 * be concatenated, to one OTLP/JSON line. Fields stand in the order of their numbers; ids are lower
 * case hex; 64-bit integers are strings, enums and smaller integers numbers; fields of the default
 * value are left out unless they are a member of an {@code AnyValue}.
 *
 * <p><b>Unknown fields are dropped</b>: JSON has no place for them. So are the string-table
 * references of profiles, which traces must not use. Strings that are not UTF-8 get U+FFFD.
 *
 * <p>Threads: one at a time. Buffers: input borrowed for the call. Fails with {@link
 * MalformedWireException} on bytes that are no protobuf, and on messages nested deeper than {@value
 * JsonToProtobuf#MAX_MESSAGE_DEPTH}, which no protobuf reader takes.
 */
public final class ProtobufToJson {
  private static final int[] REQUEST = tags(LEN);
  private static final int[] RESOURCE_SPANS = tags(LEN, LEN, LEN);
  private static final int[] RESOURCE = tags(LEN, VARINT, LEN);
  private static final int[] ENTITY_REF = tags(LEN, LEN, LEN, LEN);
  private static final int[] SCOPE_SPANS = tags(LEN, LEN, LEN);
  private static final int[] SCOPE = tags(LEN, LEN, LEN, VARINT);
  private static final int[] SPAN =
      tags(
          LEN, LEN, LEN, LEN, LEN, VARINT, FIXED64, FIXED64, LEN, VARINT, LEN, VARINT, LEN, VARINT,
          LEN, FIXED32);
  private static final int[] EVENT = tags(FIXED64, LEN, LEN, VARINT);
  private static final int[] LINK = tags(LEN, LEN, LEN, LEN, VARINT, FIXED32);
  private static final int[] STATUS = tags(-1, LEN, VARINT);
  private static final int[] KEY_VALUE = tags(LEN, LEN);
  private static final int[] ANY_VALUE = tags(LEN, VARINT, VARINT, FIXED64, LEN, LEN, LEN);
  private static final int[] LIST = tags(LEN);

  // made once: a method reference made in place is an object each time
  private final Element anyValueElement = this::anyValue;
  private final Element arrayValueElement = this::arrayValue;
  private final Element base64Element = this::base64Element;
  private final Element entityRefElement = this::entityRef;
  private final Element eventElement = this::event;
  private final Element keyValueElement = this::keyValue;
  private final Element kvlistValueElement = this::kvlistValue;
  private final Element linkElement = this::link;
  private final Element resourceElement = this::resource;
  private final Element resourceSpansElement = this::resourceSpans;
  private final Element scopeElement = this::scope;
  private final Element scopeSpansElement = this::scopeSpans;
  private final Element spanElement = this::span;
  private final Element statusElement = this::status;
  private final Element textElement = this::textElement;

  private final JsonOutput out = new JsonOutput();
  private final List<MessageFields> levels = new ArrayList<>();
  private byte[] array = new byte[0];
  private int depth;

  /**
   * Converts {@code input[offset, offset + length)}.
   *
   * @return bytes written to the beginning of {@code output}, without an end of line
   */
  public int convert(byte[] input, int offset, int length, ByteOutput output)
      throws MalformedWireException {
    array = input;
    depth = 0;
    out.reset(output);
    try {
      out.beginObject();
      MessageFields fields = enter(offset, length, REQUEST);
      each(fields, 1, REQUEST, "resourceSpans", resourceSpansElement);
      leave();
      out.endObject();
      return out.position();
    } finally {
      array = new byte[0];
    }
  }

  private interface Element {
    void write(int start, int length) throws MalformedWireException;
  }

  private MessageFields enter(int start, int length, int[] tags) throws MalformedWireException {
    if (depth > JsonToProtobuf.MAX_MESSAGE_DEPTH) {
      throw new MalformedWireException(
          "messages nested over " + JsonToProtobuf.MAX_MESSAGE_DEPTH + " deep at byte " + start);
    }
    if (depth == levels.size()) {
      levels.add(new MessageFields());
    }
    MessageFields fields = levels.get(depth++);
    fields.index(array, start, start + length, tags);
    return fields;
  }

  private void leave() {
    depth--;
  }

  private void each(MessageFields fields, int field, int[] tags, String name, Element element)
      throws MalformedWireException {
    if (!fields.has(field)) {
      return;
    }
    out.name(name);
    out.beginArray();
    fields.beginRepeated(field, tags[field]);
    while (fields.nextRepeated()) {
      out.element();
      element.write(fields.start(), fields.length());
    }
    out.endArray();
  }

  private void message(MessageFields fields, int field, String name, Element element)
      throws MalformedWireException {
    if (fields.has(field)) {
      out.name(name);
      fields.bytes(field);
      element.write(fields.start(), fields.length());
    }
  }

  private void resourceSpans(int start, int length) throws MalformedWireException {
    MessageFields fields = enter(start, length, RESOURCE_SPANS);
    out.beginObject();
    message(fields, 1, "resource", resourceElement);
    each(fields, 2, RESOURCE_SPANS, "scopeSpans", scopeSpansElement);
    text(fields, 3, "schemaUrl");
    out.endObject();
    leave();
  }

  private void resource(int start, int length) throws MalformedWireException {
    MessageFields fields = enter(start, length, RESOURCE);
    out.beginObject();
    each(fields, 1, RESOURCE, "attributes", keyValueElement);
    uint32(fields, 2, "droppedAttributesCount");
    each(fields, 3, RESOURCE, "entityRefs", entityRefElement);
    out.endObject();
    leave();
  }

  private void entityRef(int start, int length) throws MalformedWireException {
    MessageFields fields = enter(start, length, ENTITY_REF);
    out.beginObject();
    text(fields, 1, "schemaUrl");
    text(fields, 2, "type");
    each(fields, 3, ENTITY_REF, "idKeys", textElement);
    each(fields, 4, ENTITY_REF, "descriptionKeys", textElement);
    out.endObject();
    leave();
  }

  private void scopeSpans(int start, int length) throws MalformedWireException {
    MessageFields fields = enter(start, length, SCOPE_SPANS);
    out.beginObject();
    message(fields, 1, "scope", scopeElement);
    each(fields, 2, SCOPE_SPANS, "spans", spanElement);
    text(fields, 3, "schemaUrl");
    out.endObject();
    leave();
  }

  private void scope(int start, int length) throws MalformedWireException {
    MessageFields fields = enter(start, length, SCOPE);
    out.beginObject();
    text(fields, 1, "name");
    text(fields, 2, "version");
    each(fields, 3, SCOPE, "attributes", keyValueElement);
    uint32(fields, 4, "droppedAttributesCount");
    out.endObject();
    leave();
  }

  private void span(int start, int length) throws MalformedWireException {
    MessageFields fields = enter(start, length, SPAN);
    out.beginObject();
    hex(fields, 1, "traceId");
    hex(fields, 2, "spanId");
    text(fields, 3, "traceState");
    hex(fields, 4, "parentSpanId");
    text(fields, 5, "name");
    enumNumber(fields, 6, "kind");
    fixed64(fields, 7, "startTimeUnixNano");
    fixed64(fields, 8, "endTimeUnixNano");
    each(fields, 9, SPAN, "attributes", keyValueElement);
    uint32(fields, 10, "droppedAttributesCount");
    each(fields, 11, SPAN, "events", eventElement);
    uint32(fields, 12, "droppedEventsCount");
    each(fields, 13, SPAN, "links", linkElement);
    uint32(fields, 14, "droppedLinksCount");
    message(fields, 15, "status", statusElement);
    fixed32(fields, 16, "flags");
    out.endObject();
    leave();
  }

  private void event(int start, int length) throws MalformedWireException {
    MessageFields fields = enter(start, length, EVENT);
    out.beginObject();
    fixed64(fields, 1, "timeUnixNano");
    text(fields, 2, "name");
    each(fields, 3, EVENT, "attributes", keyValueElement);
    uint32(fields, 4, "droppedAttributesCount");
    out.endObject();
    leave();
  }

  private void link(int start, int length) throws MalformedWireException {
    MessageFields fields = enter(start, length, LINK);
    out.beginObject();
    hex(fields, 1, "traceId");
    hex(fields, 2, "spanId");
    text(fields, 3, "traceState");
    each(fields, 4, LINK, "attributes", keyValueElement);
    uint32(fields, 5, "droppedAttributesCount");
    fixed32(fields, 6, "flags");
    out.endObject();
    leave();
  }

  private void status(int start, int length) throws MalformedWireException {
    MessageFields fields = enter(start, length, STATUS);
    out.beginObject();
    text(fields, 2, "message");
    enumNumber(fields, 3, "code");
    out.endObject();
    leave();
  }

  private void keyValue(int start, int length) throws MalformedWireException {
    MessageFields fields = enter(start, length, KEY_VALUE);
    out.beginObject();
    text(fields, 1, "key");
    message(fields, 2, "value", anyValueElement);
    out.endObject();
    leave();
  }

  private void anyValue(int start, int length) throws MalformedWireException {
    MessageFields fields = enter(start, length, ANY_VALUE);
    out.beginObject();
    switch (fields.lastField()) {
      case 1 -> message(fields, 1, "stringValue", textElement);
      case 2 -> {
        out.name("boolValue");
        out.bool(fields.varint(2) != 0);
      }
      case 3 -> {
        out.name("intValue");
        out.int64(fields.varint(3));
      }
      case 4 -> {
        out.name("doubleValue");
        out.number(Double.longBitsToDouble(fields.fixed64(4)));
      }
      case 5 -> message(fields, 5, "arrayValue", arrayValueElement);
      case 6 -> message(fields, 6, "kvlistValue", kvlistValueElement);
      case 7 -> message(fields, 7, "bytesValue", base64Element);
      default -> {}
    }
    out.endObject();
    leave();
  }

  private void arrayValue(int start, int length) throws MalformedWireException {
    list(start, length, anyValueElement);
  }

  private void kvlistValue(int start, int length) throws MalformedWireException {
    list(start, length, keyValueElement);
  }

  private void list(int start, int length, Element element) throws MalformedWireException {
    MessageFields fields = enter(start, length, LIST);
    out.beginObject();
    each(fields, 1, LIST, "values", element);
    out.endObject();
    leave();
  }

  private void textElement(int start, int length) {
    out.text(array, start, length);
  }

  private void base64Element(int start, int length) {
    out.base64(array, start, length);
  }

  private void text(MessageFields fields, int field, String name) throws MalformedWireException {
    if (fields.has(field)) {
      fields.bytes(field);
      if (fields.length() > 0) {
        out.name(name);
        out.text(array, fields.start(), fields.length());
      }
    }
  }

  private void hex(MessageFields fields, int field, String name) throws MalformedWireException {
    if (fields.has(field)) {
      fields.bytes(field);
      if (fields.length() > 0) {
        out.name(name);
        out.hex(array, fields.start(), fields.length());
      }
    }
  }

  private void uint32(MessageFields fields, int field, String name) throws MalformedWireException {
    long value = fields.has(field) ? fields.varint(field) & 0xffff_ffffL : 0;
    if (value != 0) {
      out.name(name);
      out.int32(value);
    }
  }

  private void enumNumber(MessageFields fields, int field, String name)
      throws MalformedWireException {
    int value = fields.has(field) ? (int) fields.varint(field) : 0;
    if (value != 0) {
      out.name(name);
      out.int32(value);
    }
  }

  private void fixed64(MessageFields fields, int field, String name) throws MalformedWireException {
    long value = fields.has(field) ? fields.fixed64(field) : 0;
    if (value != 0) {
      out.name(name);
      out.uint64(value);
    }
  }

  private void fixed32(MessageFields fields, int field, String name) throws MalformedWireException {
    long value = fields.has(field) ? Integer.toUnsignedLong(fields.fixed32(field)) : 0;
    if (value != 0) {
      out.name(name);
      out.int32(value);
    }
  }

  /** Tags of the fields 1, 2, … by their wire types; -1: none. */
  private static int[] tags(int... wireTypes) {
    int[] tags = new int[wireTypes.length + 1];
    for (int i = 0; i < wireTypes.length; i++) {
      tags[i + 1] = wireTypes[i] < 0 ? 0 : ((i + 1) << 3) | wireTypes[i];
    }
    return tags;
  }
}
