package io.ringtail.metrics;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long things took in the last minute, as quantiles that are at most an eighth too high. Made
 * for what happens once a request: recording adds 1 to one number. A sliding reservoir keeps each
 * value, 16 bytes of it, and sorts them all when it is read.
 *
 * <p>How: buckets grow by an eighth of an octave from 1 µs to above two minutes; they are kept for
 * slices of ten seconds each, of which the oldest is used anew. A value recorded while its slice is
 * begun may be lost.
 *
 * <p>Threads: any.
 */
public final class RecentDurations {
  private static final long SLICE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int SLICES = 7;

  /** Whole slices of a minute, and the one begun. */
  private static final int SHOWN = 7;

  private static final int SUB_BITS = 3;
  private static final int SUB_BUCKETS = 1 << SUB_BITS;
  private static final int OCTAVES = 27;
  private static final int BUCKETS = (OCTAVES + 1) * SUB_BUCKETS;
  private static final long NANOS_A_MICRO = 1_000;
  private static final double MICROS_A_MILLI = 1e3;

  private final Slice[] slices = new Slice[SLICES];

  private static final class Slice {
    final AtomicLong number = new AtomicLong(-1);
    final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
  }

  public RecentDurations() {
    for (int i = 0; i < SLICES; i++) {
      slices[i] = new Slice();
    }
  }

  /**
   * @param nowNanos when it ended, by {@link System#nanoTime}
   * @param nanos how long it took; below 0 as 0
   */
  public void record(long nowNanos, long nanos) {
    long number = Math.floorDiv(nowNanos, SLICE_NANOS);
    Slice slice = slices[Math.floorMod(number, SLICES)];
    long there = slice.number.get();
    if (there != number && slice.number.compareAndSet(there, number)) {
      for (int i = 0; i < BUCKETS; i++) {
        slice.counts.set(i, 0);
      }
    }
    slice.counts.incrementAndGet(bucket(Math.max(0, nanos) / NANOS_A_MICRO));
  }

  /**
   * @param quantile 0 to 1
   * @return milliseconds; 0 if nothing was recorded in the last minute
   */
  public double millis(double quantile, long nowNanos) {
    long newest = Math.floorDiv(nowNanos, SLICE_NANOS);
    long[] counts = new long[BUCKETS];
    long total = 0;
    for (Slice slice : slices) {
      if (newest - slice.number.get() < SHOWN) {
        for (int i = 0; i < BUCKETS; i++) {
          counts[i] += slice.counts.get(i);
          total += slice.counts.get(i);
        }
      }
    }
    long rank = (long) Math.ceil(quantile * total);
    for (int i = 0; i < BUCKETS && total > 0; i++) {
      rank -= counts[i];
      if (rank <= 0 && counts[i] > 0) {
        return upperMicros(i) / MICROS_A_MILLI;
      }
    }
    return 0;
  }

  /** The first octaves have a bucket a microsecond. */
  private static int bucket(long micros) {
    if (micros < SUB_BUCKETS) {
      return (int) micros;
    }
    int octave = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros);
    int within = (int) (micros >>> (octave - SUB_BITS)) & (SUB_BUCKETS - 1);
    return Math.min(BUCKETS - 1, (octave - SUB_BITS + 1) * SUB_BUCKETS + within);
  }

  /** The end of a bucket. */
  private static long upperMicros(int bucket) {
    if (bucket < SUB_BUCKETS) {
      return bucket + 1L;
    }
    int shift = bucket / SUB_BUCKETS - 1;
    return (SUB_BUCKETS + bucket % SUB_BUCKETS + 1L) << shift;
  }
}
