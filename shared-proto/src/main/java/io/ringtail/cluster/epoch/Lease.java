package io.ringtail.cluster.epoch;

/**
 * Whether, and how long, a sampler may decide. Immutable.
 *
 * @param granted whether at all
 * @param ends whether only until {@code untilNanos}
 * @param untilNanos on this process' monotonic clock
 */
public record Lease(boolean granted, boolean ends, long untilNanos) {
  public static final Lease NONE = new Lease(false, false, 0);
  static final Lease UNENDING = new Lease(true, false, 0);

  static Lease until(long nanos) {
    return new Lease(true, true, nanos);
  }

  public boolean isGoodAt(long nowNanos) {
    return granted && (!ends || nowNanos - untilNanos < 0);
  }
}
