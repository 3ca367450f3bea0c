package io.ringtail.sampler.feature;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.Otlp;
import io.ringtail.otlp.WireReader;
import io.ringtail.sampler.policy.PolicySet;

/**
 * Features of one encoded span. One object a shard, overwritten by each {@link #read}; nothing is
 * allocated a span. Attributes are skipped whole when no policy reads them.
 *
 * <p>Threads: the shard's.
 */
public final class SpanFeatures {
  private static final int TRACE_ID_BYTES = 16;
  private static final int SPAN_ID_BYTES = 8;

  private final WireReader reader = new WireReader();
  private final WireReader statusReader = new WireReader();

  private long traceIdHi;
  private long traceIdLo;
  private long spanId;
  private boolean traceIdSeen;
  private boolean spanIdSeen;
  private boolean root;
  private long startNanos;
  private long endNanos;
  private int statusCode;
  private int flags;
  private long[] bits = new long[1];
  private boolean malformed;

  /**
   * Reads one span. Bytes that are not a span never throw: what could be read until there counts
   * and {@link #malformed} is set.
   *
   * @param array borrowed; the message lies at {@code [offset, offset + length)} without its tag
   *     and length
   * @param policies whose span tests are run; the same instance for all spans of a shard but for a
   *     reload
   */
  public void read(byte[] array, int offset, int length, PolicySet policies) {
    clear(policies.bitWords());
    try {
      walk(array, offset, offset + length, policies);
    } catch (MalformedWireException e) {
      malformed = true;
    }
    policies.testSpan(statusCode, flags, bits);
  }

  private void clear(int bitWords) {
    traceIdHi = 0;
    traceIdLo = 0;
    spanId = 0;
    traceIdSeen = false;
    spanIdSeen = false;
    root = true;
    startNanos = 0;
    endNanos = 0;
    statusCode = 0;
    flags = 0;
    malformed = false;
    if (bits.length != bitWords) {
      bits = new long[bitWords];
      return;
    }
    for (int i = 0; i < bitWords; i++) {
      bits[i] = 0;
    }
  }

  /**
   * Fields with a tag of one byte, nearly all that a span has, are read here, the place being a
   * local variable; any other goes through the reader.
   */
  private void walk(byte[] array, int start, int end, PolicySet policies)
      throws MalformedWireException {
    int at = start;
    while (at < end) {
      int tag = array[at];
      int type = tag & 7;
      if (type == WireReader.LEN && tag > 7 && end - at > 2) {
        int from = at + 2;
        int length = array[at + 1];
        if (length < 0) {
          length = (length & 0x7f) | array[at + 2] << 7; // negative if there is a third byte
          from = at + 3;
        }
        if (length >= 0 && length <= end - from) {
          content(tag, array, from, length, policies);
          at = from + length;
          continue;
        }
      } else if (type == WireReader.FIXED64 && tag > 7 && end - at > Long.BYTES) {
        fixed64(tag, WireReader.longLittleEndian(array, at + 1));
        at += 1 + Long.BYTES;
        continue;
      } else if (tag == Otlp.SPAN_KIND && end - at > 1 && array[at + 1] >= 0) {
        at += 2;
        continue;
      }
      at = readField(reader.reset(array, at, end), policies);
    }
  }

  private void content(int tag, byte[] array, int at, int length, PolicySet policies) {
    switch (tag) {
      case Otlp.SPAN_ATTRIBUTES -> {
        if (mayBeAsked(array, at, length, policies.attributeKeyLengths())) {
          policies.testSpanAttribute(array, at, length, bits);
        }
      }
      case Otlp.SPAN_TRACE_ID -> traceId(array, at, length);
      case Otlp.SPAN_SPAN_ID -> spanId(array, at, length);
      case Otlp.SPAN_PARENT_SPAN_ID -> root = length == 0;
      case Otlp.SPAN_STATUS -> status(array, at, length);
      default -> {}
    }
  }

  /**
   * Whether the attribute must be looked at: of most the length of the key, in the fourth byte,
   * says that no policy asks for it.
   */
  private static boolean mayBeAsked(byte[] array, int at, int length, long keyLengths) {
    if (length < 2 || array[at] != Otlp.KEY_VALUE_KEY) {
      return keyLengths != 0;
    }
    int keyLength = array[at + 1];
    boolean whole = keyLength >= 0 && keyLength <= length - 2;
    return whole ? (keyLengths & 1L << keyLength) != 0 : keyLengths != 0;
  }

  private void fixed64(int tag, long value) {
    if (tag == Otlp.SPAN_START_TIME) {
      startNanos = value;
    } else if (tag == Otlp.SPAN_END_TIME) {
      endNanos = value;
    }
  }

  /** Reads a field of any form; returns where the next begins. */
  private int readField(WireReader in, PolicySet policies) throws MalformedWireException {
    in.next();
    int tag = in.tag();
    switch (in.wireType()) {
      case WireReader.LEN -> {
        int length = in.readLength();
        int at = in.position();
        content(tag, in.array(), at, length, policies);
        in.position(at + length);
      }
      case WireReader.FIXED64 -> fixed64(tag, in.readFixed64());
      case WireReader.FIXED32 -> {
        int value = in.readFixed32();
        flags = tag == Otlp.SPAN_FLAGS ? value : flags;
      }
      default -> in.skip();
    }
    return in.position();
  }

  /**
   * One of another length is none. Routers reject spans with several; here the first counts, by
   * which intake has found the shard.
   */
  private void traceId(byte[] array, int at, int length) {
    if (hasLength(length, TRACE_ID_BYTES) && !traceIdSeen) {
      traceIdHi = WireReader.longBigEndian(array, at);
      traceIdLo = WireReader.longBigEndian(array, at + Long.BYTES);
    }
    traceIdSeen = true;
  }

  private void spanId(byte[] array, int at, int length) {
    if (hasLength(length, SPAN_ID_BYTES) && !spanIdSeen) {
      spanId = WireReader.longBigEndian(array, at);
    }
    spanIdSeen = true;
  }

  /** An ID of another length makes the span malformed. */
  private boolean hasLength(int length, int expected) {
    malformed |= length != expected;
    return length == expected;
  }

  /** Walks the status on its own reader, so that a broken one leaves the rest of the span. */
  private void status(byte[] array, int at, int length) {
    WireReader status = statusReader.reset(array, at, at + length);
    try {
      while (status.next()) {
        if (status.tag() == Otlp.STATUS_CODE) {
          statusCode = (int) status.readVarint();
        } else {
          status.skip();
        }
      }
    } catch (MalformedWireException e) {
      malformed = true;
    }
  }

  /** Bytes 0 to 7 of the trace ID, big-endian. */
  public long traceIdHi() {
    return traceIdHi;
  }

  /** Bytes 8 to 15 of the trace ID, big-endian. */
  public long traceIdLo() {
    return traceIdLo;
  }

  /** The span ID, big-endian. */
  public long spanId() {
    return spanId;
  }

  /** Whether {@code parent_span_id} is absent or empty. */
  public boolean root() {
    return root;
  }

  /** Unix nanoseconds; 0 if unset. */
  public long startNanos() {
    return startNanos;
  }

  /** Unix nanoseconds; 0 if unset. */
  public long endNanos() {
    return endNanos;
  }

  /** 0 unset, 1 ok, 2 error; other values as they came. */
  public int statusCode() {
    return statusCode;
  }

  /** Field 16 as it came. */
  public int flags() {
    return flags;
  }

  /**
   * Sticky bits of this span, {@link PolicySet#bitWords} long: the same array until the next read,
   * or-ed into the trace by the caller.
   */
  public long[] bits() {
    return bits;
  }

  /** Whether the bytes were not a span; broken attributes count in {@link PolicySet#malformed}. */
  public boolean malformed() {
    return malformed;
  }
}
