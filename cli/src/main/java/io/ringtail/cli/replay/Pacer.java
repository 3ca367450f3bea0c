package io.ringtail.cli.replay;

/**
 * When a line is due: as long after the first one as it was when recorded, divided by the speed.
 * Pure. A line recorded before the first is due at once.
 */
final class Pacer {
  private final double speed;
  private final long startNanos;
  private long firstLineNanos;
  private boolean begun;

  /**
   * @param speed 1: as recorded; 2: twice as fast; 0: every line is due at once
   * @param startNanos when the first line is due
   */
  Pacer(double speed, long startNanos) {
    this.speed = speed;
    this.startNanos = startNanos;
  }

  /**
   * @param lineNanos when the line was recorded, in nanoseconds since 1970; 0: not known
   * @return when it is due, on the clock of {@code startNanos}
   */
  long dueNanos(long lineNanos) {
    if (speed == 0 || lineNanos == 0) {
      return startNanos;
    }
    if (!begun) {
      begun = true;
      firstLineNanos = lineNanos;
    }
    return startNanos + Math.max(0, (long) ((lineNanos - firstLineNanos) / speed));
  }
}
