package io.ringtail.it.resize;

import java.util.BitSet;

/** A generated trace and what the sender was told of its spans. Threads: guarded by itself. */
final class SentTrace {
  static final int NO_ERROR = -1;

  final long hi;
  final long lo;
  final int spans;

  /** The one span with an error status; {@link #NO_ERROR} if there is none. */
  final int errorAt;

  private final BitSet accepted = new BitSet();
  private boolean givenUp;
  private long firstSentNanos;
  private long firstTakenNanos;
  private long lastAcceptedNanos;

  SentTrace(long hi, long lo, int spans, int errorAt) {
    this.hi = hi;
    this.lo = lo;
    this.spans = spans;
    this.errorAt = errorAt;
  }

  synchronized void sent(long nowNanos) {
    if (firstSentNanos == 0) {
      firstSentNanos = nowNanos;
    }
  }

  /** An attempt of that time may have brought some of it to its owner, whatever was answered. */
  synchronized void mayBeTaken(long sentNanos) {
    if (firstTakenNanos == 0 || sentNanos - firstTakenNanos < 0) {
      firstTakenNanos = sentNanos;
    }
  }

  synchronized void accepted(int span, long nowNanos) {
    accepted.set(span);
    lastAcceptedNanos = nowNanos;
  }

  /** Of a span it is not known whether it was taken. */
  synchronized void gaveUp() {
    givenUp = true;
  }

  synchronized boolean isAccepted(int span) {
    return accepted.get(span);
  }

  synchronized int acceptedSpans() {
    return accepted.cardinality();
  }

  synchronized long firstSentNanos() {
    return firstSentNanos;
  }

  /** Whether all of it was accepted within so long of the first attempt that may have counted. */
  synchronized boolean isWholeWithin(long nanos) {
    return !givenUp
        && accepted.cardinality() == spans
        && lastAcceptedNanos - firstTakenNanos <= nanos;
  }
}
