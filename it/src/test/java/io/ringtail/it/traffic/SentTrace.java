package io.ringtail.it.traffic;

import java.util.BitSet;

/** A generated trace and what the sender was told of its spans. Threads: guarded by itself. */
public final class SentTrace {
  public static final int NO_ERROR = -1;

  public final long hi;
  public final long lo;
  public final int spans;

  /** The one span with an error status; {@link #NO_ERROR} if there is none. */
  public final int errorAt;

  private final BitSet accepted = new BitSet();
  private boolean givenUp;
  private long firstSentNanos;
  private long firstTakenNanos;
  private long lastAcceptedNanos;

  public SentTrace(long hi, long lo, int spans, int errorAt) {
    this.hi = hi;
    this.lo = lo;
    this.spans = spans;
    this.errorAt = errorAt;
  }

  public synchronized void sent(long nowNanos) {
    if (firstSentNanos == 0) {
      firstSentNanos = nowNanos;
    }
  }

  /** An attempt of that time may have brought some of it to its owner, whatever was answered. */
  public synchronized void mayBeTaken(long sentNanos) {
    if (firstTakenNanos == 0 || sentNanos - firstTakenNanos < 0) {
      firstTakenNanos = sentNanos;
    }
  }

  public synchronized void accepted(int span, long nowNanos) {
    accepted.set(span);
    lastAcceptedNanos = nowNanos;
  }

  /** Of a span it is not known whether it was taken. */
  public synchronized void gaveUp() {
    givenUp = true;
  }

  public synchronized boolean isAccepted(int span) {
    return accepted.get(span);
  }

  public synchronized int acceptedSpans() {
    return accepted.cardinality();
  }

  public synchronized long firstSentNanos() {
    return firstSentNanos;
  }

  /** Whether all of it was accepted within so long of the first attempt that may have counted. */
  public synchronized boolean isWholeWithin(long nanos) {
    return !givenUp
        && accepted.cardinality() == spans
        && lastAcceptedNanos - firstTakenNanos <= nanos;
  }
}
