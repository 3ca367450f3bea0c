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
  private static final int ABSENT = -1;

  private final WireReader reader = new WireReader();
  private final WireReader statusReader = new WireReader();

  private long traceIdHi;
  private long traceIdLo;
  private long spanId;
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

  private void walk(byte[] array, int start, int end, PolicySet policies)
      throws MalformedWireException {
    boolean attributes = policies.readsSpanAttributes();
    WireReader in = reader.reset(array, start, end);
    while (in.next()) {
      switch (in.tag()) {
        case Otlp.SPAN_TRACE_ID -> readTraceId(in);
        case Otlp.SPAN_SPAN_ID -> readSpanId(in);
        case Otlp.SPAN_PARENT_SPAN_ID -> root = skipLength(in) == 0;
        case Otlp.SPAN_START_TIME -> startNanos = in.readFixed64();
        case Otlp.SPAN_END_TIME -> endNanos = in.readFixed64();
        case Otlp.SPAN_ATTRIBUTES -> {
          int length = in.readLength();
          int at = in.position();
          if (attributes) {
            policies.testSpanAttribute(array, at, length, bits);
          }
          in.position(at + length);
        }
        case Otlp.SPAN_STATUS -> readStatus(in);
        case Otlp.SPAN_FLAGS -> flags = in.readFixed32();
        default -> in.skip();
      }
    }
  }

  private static int skipLength(WireReader in) throws MalformedWireException {
    int length = in.readLength();
    in.position(in.position() + length);
    return length;
  }

  /** Of several the last counts, as for the router; one of another length is none. */
  private void readTraceId(WireReader in) throws MalformedWireException {
    int at = position(in, TRACE_ID_BYTES);
    traceIdHi = at == ABSENT ? 0 : WireReader.longBigEndian(in.array(), at);
    traceIdLo = at == ABSENT ? 0 : WireReader.longBigEndian(in.array(), at + Long.BYTES);
  }

  private void readSpanId(WireReader in) throws MalformedWireException {
    int at = position(in, SPAN_ID_BYTES);
    spanId = at == ABSENT ? 0 : WireReader.longBigEndian(in.array(), at);
  }

  /** Goes past an ID and returns where it begins; absent, and malformed, if of another length. */
  private int position(WireReader in, int expected) throws MalformedWireException {
    int length = in.readLength();
    int at = in.position();
    in.position(at + length);
    if (length == expected) {
      return at;
    }
    malformed = true;
    return ABSENT;
  }

  /** Walks the status on its own reader, so that a broken one leaves the rest of the span. */
  private void readStatus(WireReader in) throws MalformedWireException {
    int length = in.readLength();
    int at = in.position();
    in.position(at + length);
    WireReader status = statusReader.reset(in.array(), at, at + length);
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
