package io.ringtail.sampler.transfer;

import io.ringtail.otlp.MalformedWireException;
import io.ringtail.otlp.WireReader;

/**
 * Walks the entries of a {@link TransferBatch} and the spans of a trace among them. Threads: one.
 */
public final class TransferCursor {
  /** No policy, or no notes. */
  public static final int NONE = -1;

  private static final int MAX_MILLIS = Integer.MAX_VALUE / 4;

  private final TransferBatch batch;
  private final WireReader in = new WireReader();
  private int index;
  private boolean trace;
  private long hi;
  private long lo;
  private int context;
  private int policy;
  private boolean kept;
  private int ageMillis;
  private int remainingMillis;
  private int spansStart;
  private int group;
  private int spanStart;
  private int spanLength;

  TransferCursor(TransferBatch batch) {
    this.batch = batch;
  }

  /** Goes to an entry. */
  public void entry(int newIndex) {
    index = newIndex;
    trace = batch.entry(index, TransferBatch.KIND) == TransferBatch.TRACE;
    try {
      if (trace) {
        readTrace();
      } else {
        readDecision();
      }
    } catch (MalformedWireException e) {
      throw new AssertionError("was read before", e);
    }
  }

  private void reset() {
    in.reset(
        batch.array(),
        batch.entry(index, TransferBatch.START),
        batch.entry(index, TransferBatch.END));
    context = 0;
    policy = 0;
    kept = false;
    ageMillis = 0;
    remainingMillis = 0;
  }

  private void readDecision() throws MalformedWireException {
    reset();
    while (in.next()) {
      switch (in.tag()) {
        case TransferFields.DECISION_TRACE_ID -> readTraceId();
        case TransferFields.DECISION_CONTEXT -> context = (int) in.readVarint();
        case TransferFields.DECISION_POLICY -> policy = (int) in.readVarint();
        case TransferFields.DECISION_KEPT -> kept = in.readVarint() != 0;
        case TransferFields.DECISION_AGE -> ageMillis = millis();
        default -> in.skip();
      }
    }
  }

  /** All but the spans, which may stand among the other fields; they are walked again. */
  private void readTrace() throws MalformedWireException {
    reset();
    spansStart = in.position();
    while (in.next()) {
      switch (in.tag()) {
        case TransferFields.TRACE_TRACE_ID -> readTraceId();
        case TransferFields.TRACE_CONTEXT -> context = (int) in.readVarint();
        case TransferFields.TRACE_AGE -> ageMillis = millis();
        case TransferFields.TRACE_REMAINING -> remainingMillis = millis();
        case TransferFields.TRACE_POLICY -> policy = (int) in.readVarint();
        default -> in.skip();
      }
    }
    policy--;
    kept = policy != NONE;
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
    in.reset(batch.array(), spansStart, batch.entry(index, TransferBatch.END));
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

  /** Whether the entry is a trace; else it is a decision. */
  public boolean isTrace() {
    return trace;
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

  /** Number of the policy that decided it; {@link #NONE} if it is an open trace. */
  public int policy() {
    return policy;
  }

  /** Whether it was decided to keep it. */
  public boolean kept() {
    return kept;
  }

  /** Of a decision whether all of its trace is finally answered. */
  public boolean settled() {
    return batch.entry(index, TransferBatch.KIND) == TransferBatch.SETTLED_DECISION;
  }

  /** Number of its notes; {@link #NONE} if it has none. */
  public int notes() {
    return batch.entry(index, TransferBatch.NOTES);
  }

  /** Of a trace since its first span came, of a decision since it was taken. */
  public int ageMillis() {
    return ageMillis;
  }

  /** Of an open trace until its deadline. */
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
