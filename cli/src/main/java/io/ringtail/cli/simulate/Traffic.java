package io.ringtail.cli.simulate;

/**
 * What a cluster holds under a steady load.
 *
 * @param spansPerSecond over all routers
 * @param spanBytes encoded
 * @param heldSeconds how long a span stays with its sampler: about {@code decision_wait}
 * @param moveBytesPerSecond what one sampler hands off, or takes, in a second
 */
record Traffic(
    double spansPerSecond, double spanBytes, double heldSeconds, double moveBytesPerSecond) {
  /** A span's share of the records that travel with it. */
  private static final int BYTES_BESIDE_A_SPAN = 16;

  double heldSpans() {
    return spansPerSecond * heldSeconds;
  }

  double heldBytes() {
    return heldSpans() * (spanBytes + BYTES_BESIDE_A_SPAN);
  }

  double bytesToMove(Resize resize) {
    return heldBytes() * resize.movedShare();
  }

  /** All senders and receivers work side by side, so the busiest one tells. */
  double seconds(Resize resize) {
    return heldBytes() * resize.busiestShare() / moveBytesPerSecond;
  }
}
