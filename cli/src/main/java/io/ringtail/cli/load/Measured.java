package io.ringtail.cli.load;

import io.ringtail.cli.send.Answer;
import io.ringtail.cli.send.Deliveries;
import io.ringtail.cli.send.Request;
import io.ringtail.cli.send.Timing;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;

/**
 * What is measured while the rate is full: spans sent and accepted in that time, and how long after
 * its intended time each request due in it was accepted, retries included. Threads: any.
 */
final class Measured implements Deliveries.Listener {
  private static final long MOST_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final int DIGITS = 3;

  private final Timing timing;
  private final long fromNanos;
  private final long toNanos;
  private final Histogram latency = new SynchronizedHistogram(MOST_NANOS, DIGITS);
  private long sentSpans;
  private long acceptedSpans;

  /**
   * @param fromNanos when the rate is full, on the clock of {@code timing}
   * @param toNanos until when
   */
  Measured(Timing timing, long fromNanos, long toNanos) {
    this.timing = timing;
    this.fromNanos = fromNanos;
    this.toNanos = toNanos;
  }

  /** Whether a time is among those that are measured. */
  boolean isMeasured(long nanos) {
    return nanos >= fromNanos && nanos < toNanos;
  }

  synchronized void sent(long spans) {
    if (isMeasured(timing.nanos())) {
      sentSpans += spans;
    }
  }

  @Override
  public void ended(Request request, Answer last) {
    if (!(last instanceof Answer.Accepted)) {
      return; // lost: counted by the tally
    }
    long now = timing.nanos();
    if (isMeasured(request.dueNanos())) {
      latency.recordValue(Math.min(MOST_NANOS, Math.max(0, now - request.dueNanos())));
    }
    if (isMeasured(now)) {
      synchronized (this) {
        acceptedSpans += request.spanCount();
      }
    }
  }

  synchronized long sentSpans() {
    return sentSpans;
  }

  synchronized long acceptedSpans() {
    return acceptedSpans;
  }

  /** In nanoseconds. */
  Histogram latency() {
    return latency.copy();
  }
}
