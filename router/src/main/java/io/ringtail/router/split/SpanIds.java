package io.ringtail.router.split;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;

/**
 * Finds the IDs of an encoded span and checks that its top level is protobuf. An ID that is there
 * twice is not valid: protobuf would take the last, but no encoder writes it, and whoever reads the
 * span later must find the same trace ID however it looks for it. Threads: one.
 *
 * <p>How: nearly all spans begin with trace ID and span ID, and all fields behind are of a few
 * shapes, whose loop is {@link #skipUsualFields}. Everything else goes through {@link WireReader}.
 */
final class SpanIds {
  private static final int TRACE_ID_BYTES = 16;
  private static final int SPAN_ID_BYTES = 8;

  /** Both IDs with their tags and lengths. */
  private static final int IDS_BYTES = 2 + TRACE_ID_BYTES + 2 + SPAN_ID_BYTES;

  private static final int TRACE_ID_HEAD = Otlp.SPAN_TRACE_ID | (TRACE_ID_BYTES << 8);
  private static final int SPAN_ID_HEAD = Otlp.SPAN_SPAN_ID | (SPAN_ID_BYTES << 8);
  private static final byte FLAGS_FIRST = (byte) (Otlp.SPAN_FLAGS | 0x80);
  private static final byte FLAGS_SECOND = (byte) (Otlp.SPAN_FLAGS >>> 7);
  private static final int ABSENT = -1;
  private static final int INVALID = -2;

  private final WireReader reader = new WireReader();
  private int traceIdAt;
  private int spanIdAt;
  private long hi;
  private long lo;

  /**
   * Reads the span message in {@code array[start, end)}.
   *
   * @return whether trace ID and span ID are there once, of the right length and not all zero
   */
  boolean read(byte[] array, int start, int end) throws MalformedWireException {
    int at = start;
    if (beginsWithIds(array, start, end)) {
      traceIdAt = start + 2;
      spanIdAt = start + 2 + TRACE_ID_BYTES + 2;
      at += IDS_BYTES;
    } else {
      traceIdAt = ABSENT;
      spanIdAt = ABSENT;
    }
    for (at = skipUsualFields(array, at, end); at < end; at = skipUsualFields(array, at, end)) {
      at = readAnyField(array, at, end);
    }
    if (at > end) {
      throw new MalformedWireException("a field points past the end of the span at byte " + start);
    }
    return valid(array);
  }

  private static boolean beginsWithIds(byte[] array, int start, int end) {
    return end - start >= IDS_BYTES
        && (array[start] | (array[start + 1] << 8)) == TRACE_ID_HEAD
        && (array[start + 18] | (array[start + 19] << 8)) == SPAN_ID_HEAD;
  }

  /**
   * Goes on while fields are of a usual shape: a tag of one byte (but those of the IDs) or that of
   * {@code flags}, a varint of one byte, a length of up to two.
   *
   * @return where the first other field begins; {@code end}, or past it if a field points there
   */
  private static int skipUsualFields(byte[] array, int start, int end) {
    int at = start;
    int last = Math.min(end, array.length - 2); // there are two bytes behind the tag
    while (at < last) {
      int tag = array[at];
      int value = array[at + 1];
      int type = tag & 7;
      if (type == WireReader.LEN && tag > Otlp.SPAN_SPAN_ID) {
        if (value >= 0) {
          at += 2 + value;
        } else if (array[at + 2] >= 0) {
          at += 3 + ((value & 0x7f) | (array[at + 2] << 7));
        } else {
          return at;
        }
      } else if (type == WireReader.FIXED64 && tag > 7) {
        at += 1 + Long.BYTES;
      } else if (type == WireReader.VARINT && tag > 7 && value >= 0) {
        at += 2;
      } else if (tag == FLAGS_FIRST && value == FLAGS_SECOND) {
        at += 2 + Integer.BYTES;
      } else {
        return at;
      }
    }
    return at;
  }

  private int readAnyField(byte[] array, int at, int end) throws MalformedWireException {
    reader.reset(array, at, end).next();
    if (reader.tag() == Otlp.SPAN_TRACE_ID) {
      traceIdAt = readId(traceIdAt, TRACE_ID_BYTES);
    } else if (reader.tag() == Otlp.SPAN_SPAN_ID) {
      spanIdAt = readId(spanIdAt, SPAN_ID_BYTES);
    } else {
      reader.skip();
    }
    return reader.position();
  }

  private int readId(int before, int bytes) throws MalformedWireException {
    int length = reader.readLength();
    int at = reader.position();
    reader.position(at + length);
    return before == ABSENT && length == bytes ? at : INVALID;
  }

  private boolean valid(byte[] array) {
    if (traceIdAt < 0 || spanIdAt < 0) {
      return false;
    }
    hi = WireReader.longBigEndian(array, traceIdAt);
    lo = WireReader.longBigEndian(array, traceIdAt + Long.BYTES);
    return (hi | lo) != 0 && WireReader.longBigEndian(array, spanIdAt) != 0;
  }

  /** Bytes 0 to 7 of the trace ID of the last valid span. */
  long hi() {
    return hi;
  }

  /** Bytes 8 to 15 of it. */
  long lo() {
    return lo;
  }
}
