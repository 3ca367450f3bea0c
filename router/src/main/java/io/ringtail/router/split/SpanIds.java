package io.ringtail.router.split;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;

/**
 * Finds the IDs of an encoded span by walking its top-level fields. Of repeated occurrences the
 * last counts, as protobuf has it and as the sampler reads it: both must see the same trace ID, or
 * a part would be refused as not owned for ever. Threads: one.
 *
 * <p>The loop knows the shapes that spans really have (tags of one or two bytes, lengths of one);
 * all else goes through {@link WireReader}. It costs about 1.5 ns a field.
 */
final class SpanIds {
  private static final int TRACE_ID_BYTES = 16;
  private static final int SPAN_ID_BYTES = 8;
  private static final int ABSENT = -1;

  private final WireReader reader = new WireReader();
  private int traceIdAt;
  private int spanIdAt;
  private long hi;
  private long lo;

  /**
   * Reads the span message in {@code array[start, end)}.
   *
   * @return whether trace ID and span ID are of the right length and not all zero
   */
  boolean read(byte[] array, int start, int end) throws MalformedWireException {
    traceIdAt = ABSENT;
    spanIdAt = ABSENT;
    int at = start;
    while (at < end) {
      int tag = array[at];
      int next = skipShort(array, at, end, tag);
      if (next > end || next < 0) {
        next = readAnyField(array, at, end);
      } else if (tag == Otlp.SPAN_TRACE_ID) {
        traceIdAt = next - at == TRACE_ID_BYTES + 2 ? at + 2 : ABSENT;
      } else if (tag == Otlp.SPAN_SPAN_ID) {
        spanIdAt = next - at == SPAN_ID_BYTES + 2 ? at + 2 : ABSENT;
      }
      at = next;
    }
    return valid(array);
  }

  /**
   * The end of a field of a usual shape; −1 or past {@code end} if it must be read with care.
   *
   * @param tag the first byte, negative if the tag goes on
   */
  private static int skipShort(byte[] array, int at, int end, int tag) {
    int value = at + 1;
    int type = tag & 7;
    if (tag < 0) {
      if (value >= end || array[value] <= 0) {
        return -1;
      }
      value++;
    } else if (tag < 8) {
      return -1;
    }
    if (type == WireReader.LEN) {
      return value < end && array[value] >= 0 ? value + 1 + array[value] : -1;
    }
    if (type == WireReader.FIXED64) {
      return value + Long.BYTES;
    }
    if (type == WireReader.FIXED32) {
      return value + Integer.BYTES;
    }
    return type == WireReader.VARINT && value < end && array[value] >= 0 ? value + 1 : -1;
  }

  private int readAnyField(byte[] array, int at, int end) throws MalformedWireException {
    reader.reset(array, at, end).next();
    if (reader.tag() == Otlp.SPAN_TRACE_ID) {
      traceIdAt = readId(TRACE_ID_BYTES);
    } else if (reader.tag() == Otlp.SPAN_SPAN_ID) {
      spanIdAt = readId(SPAN_ID_BYTES);
    } else {
      reader.skip();
    }
    return reader.position();
  }

  private int readId(int bytes) throws MalformedWireException {
    int length = reader.readLength();
    int at = reader.position();
    reader.position(at + length);
    return length == bytes ? at : ABSENT;
  }

  private boolean valid(byte[] array) {
    if (traceIdAt == ABSENT || spanIdAt == ABSENT) {
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
