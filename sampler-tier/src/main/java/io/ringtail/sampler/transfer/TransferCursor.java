package io.ringtail.sampler.transfer;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;

/** Walks the traces of a {@link TransferBatch} and their spans. Threads: one. */
public final class TransferCursor {
  /** No policy, or no notes. */
  public static final int NONE = -1;

  private static final int MAX_MILLIS = Integer.MAX_VALUE / 4;

  private final TransferBatch batch;
  private final WireReader in = new WireReader();
  private int index;
  private long hi;
  private long lo;
  private int context;
  private int policy;
  private int ageMillis;
  private int remainingMillis;
  private boolean piece;
  private int spansStart;
  private int group;
  private int spanStart;
  private int spanLength;

  TransferCursor(TransferBatch batch) {
    this.batch = batch;
  }

  /** Goes to a trace. */
  public void trace(int newIndex) {
    index = newIndex;
    try {
      readTrace();
    } catch (MalformedWireException e) {
      throw new AssertionError("was read before", e);
    }
  }

  /** All but the spans, which may stand among the other fields; they are walked again. */
  private void readTrace() throws MalformedWireException {
    spansStart = batch.trace(index, TransferBatch.START);
    in.reset(batch.array(), spansStart, batch.trace(index, TransferBatch.END));
    context = 0;
    policy = 0;
    ageMillis = 0;
    remainingMillis = 0;
    piece = false;
    while (in.next()) {
      switch (in.tag()) {
        case TransferFields.TRACE_TRACE_ID -> readTraceId();
        case TransferFields.TRACE_CONTEXT -> context = (int) in.readVarint();
        case TransferFields.TRACE_AGE -> ageMillis = millis();
        case TransferFields.TRACE_REMAINING -> remainingMillis = millis();
        case TransferFields.TRACE_PIECE -> piece = in.readVarint() != 0;
        case TransferFields.TRACE_POLICY -> policy = (int) in.readVarint();
        default -> in.skip();
      }
    }
    policy--;
    firstSpan();
  }

  private void readTraceId() throws MalformedWireException {
    in.readLength();
    hi = WireReader.longBigEndian(in.array(), in.position());
    lo = WireReader.longBigEndian(in.array(), in.position() + Long.BYTES);
    in.position(in.position() + 2 * Long.BYTES);
  }

  private int millis() throws MalformedWireException {
    long value = in.readVarint();
    return value < 0 || value > MAX_MILLIS ? MAX_MILLIS : (int) value;
  }

  /** Before the first span of the trace again. */
  public void firstSpan() {
    in.reset(batch.array(), spansStart, batch.trace(index, TransferBatch.END));
  }

  /** Goes to the next span of the trace; false if there is none. */
  public boolean nextSpan() {
    try {
      while (in.next()) {
        switch (in.tag()) {
          case TransferFields.TRACE_GROUP -> group = (int) in.readVarint();
          case TransferFields.TRACE_SPAN -> {
            spanLength = in.readLength();
            spanStart = in.position();
            in.position(spanStart + spanLength);
            return true;
          }
          default -> in.skip();
        }
      }
    } catch (MalformedWireException e) {
      throw new AssertionError("was read before", e);
    }
    return false;
  }

  /** Bytes 0 to 7 of the trace ID, big-endian. */
  public long hi() {
    return hi;
  }

  /** Bytes 8 to 15 of the trace ID, big-endian. */
  public long lo() {
    return lo;
  }

  /** Number of its request context. */
  public int context() {
    return context;
  }

  /** Number of the policy that kept it; {@link #NONE} if it is open. */
  public int policy() {
    return policy;
  }

  /** Whether it is not all of the trace: the rest is another entry, or elsewhere. */
  public boolean isPiece() {
    return piece;
  }

  /** Number of its notes; {@link #NONE} if it has none. */
  public int notes() {
    return batch.trace(index, TransferBatch.NOTES);
  }

  /** Since its first span came to any node. */
  public int ageMillis() {
    return ageMillis;
  }

  /** Until its deadline, if it is open. */
  public int remainingMillis() {
    return remainingMillis;
  }

  /** Group of the present span. */
  public int group() {
    return group;
  }

  /** The batch's bytes, borrowed. */
  public byte[] array() {
    return batch.array();
  }

  /** Where the present span's message bytes begin in {@link #array}. */
  public int spanStart() {
    return spanStart;
  }

  public int spanLength() {
    return spanLength;
  }
}
