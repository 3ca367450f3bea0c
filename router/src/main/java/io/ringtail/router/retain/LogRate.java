package io.ringtail.router.retain;

/** Bytes logged a second, smoothed over some ten. Threads: one. */
final class LogRate {
  private static final double OLD_SHARE_A_SECOND = 0.9;
  private long bytes;
  private long sinceNanos;
  private boolean begun;
  private double perSecond;

  void add(int n) {
    bytes += n;
  }

  void onTick(long nowNanos) {
    double seconds = (nowNanos - sinceNanos) / 1e9;
    if (!begun) {
      begun = true;
      sinceNanos = nowNanos;
    } else if (seconds >= 1) {
      double oldShare = Math.pow(OLD_SHARE_A_SECOND, seconds);
      perSecond = perSecond * oldShare + bytes / seconds * (1 - oldShare);
      bytes = 0;
      sinceNanos = nowNanos;
    }
  }

  /** How long the log would last at this rate, of {@code limit} bytes. */
  double secondsFor(long limit) {
    return perSecond < 1 ? Double.POSITIVE_INFINITY : limit / perSecond;
  }
}
