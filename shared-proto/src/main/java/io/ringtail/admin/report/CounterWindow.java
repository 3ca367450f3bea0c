package io.ringtail.admin.report;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What counters stood at, again and again, so that what they gained of late can be told. Pure: time
 * comes in as an argument. Threads: any.
 */
final class CounterWindow {
  private static final double NANOS_A_SECOND = 1e9;

  private final long keptNanos;
  private final ArrayDeque<Sample> samples = new ArrayDeque<>();

  private record Sample(long nanos, Map<String, Long> counts) {}

  /**
   * @param keptNanos how far back it can look
   */
  CounterWindow(long keptNanos) {
    this.keptNanos = keptNanos;
  }

  /**
   * @param nowNanos not before the last
   * @param counts by series; one that is not there stood at 0
   */
  synchronized void add(long nowNanos, Map<String, Long> counts) {
    samples.addLast(new Sample(nowNanos, Map.copyOf(counts)));
    // one sample is kept that is as old as the window or older, to compare with
    while (samples.size() > 2 && nowNanos - second().nanos() >= keptNanos) {
      samples.removeFirst();
    }
  }

  private Sample second() {
    var all = samples.iterator();
    all.next();
    return all.next();
  }

  /**
   * What those series gained within the last while; since the first sample, if that is not so long
   * ago; 0 with less than two samples.
   */
  synchronized long gained(Predicate<String> series, long withinNanos) {
    if (samples.size() < 2) {
      return 0;
    }
    return sum(samples.getLast(), series) - sum(since(withinNanos), series);
  }

  /** The same a second, over the time between the samples compared. */
  synchronized double perSecond(Predicate<String> series, long withinNanos) {
    if (samples.size() < 2) {
      return 0;
    }
    long nanos = samples.getLast().nanos() - since(withinNanos).nanos();
    return nanos <= 0 ? 0 : gained(series, withinNanos) * NANOS_A_SECOND / nanos;
  }

  /** The newest sample that is so old; the oldest if none is. */
  private Sample since(long withinNanos) {
    Sample found = samples.getFirst();
    long now = samples.getLast().nanos();
    for (Sample s : samples) {
      if (now - s.nanos() < withinNanos) {
        break;
      }
      found = s;
    }
    return found;
  }

  private static long sum(Sample sample, Predicate<String> series) {
    long sum = 0;
    for (Map.Entry<String, Long> count : sample.counts().entrySet()) {
      sum += series.test(count.getKey()) ? count.getValue() : 0;
    }
    return sum;
  }
}
