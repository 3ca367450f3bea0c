package io.ringtail.admin.report;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * When counts rose within the last while, and by how much. Only what happens takes room, so it can
 * look back far: one entry for each ten seconds in which a count rose. Pure: time comes in as an
 * argument. Threads: any.
 */
final class Rises {
  private static final long GRAIN_NANOS = 10_000_000_000L;

  private final long keptNanos;
  private final Predicate<String> watched;
  private final Map<String, Rising> bySeries = new HashMap<>();
  private long now;
  private boolean looked;

  /** One series. */
  private static final class Rising {
    private final boolean watched;
    private final ArrayDeque<Rise> rises = new ArrayDeque<>();
    private long stood;
    private long lastNanos;
    private boolean rose;

    Rising(boolean watched) {
      this.watched = watched;
    }
  }

  /**
   * @param nanos the first of the grain
   */
  private record Rise(long nanos, long by) {}

  /**
   * @param keptNanos how far back it can look
   * @param watched which series, asked once of each
   */
  Rises(long keptNanos, Predicate<String> watched) {
    this.keptNanos = keptNanos;
    this.watched = watched;
  }

  /**
   * What series stand at. What is there at the first look rose at some time before, nobody knows
   * when; what appears later stood at 0.
   *
   * @param nowNanos not before the last
   */
  synchronized void look(long nowNanos, Map<String, Long> counts) {
    now = nowNanos;
    counts.forEach(
        (series, count) -> {
          Rising rising = bySeries.computeIfAbsent(series, s -> new Rising(watched.test(s)));
          if (rising.watched) {
            look(rising, count);
          }
        });
    looked = true;
  }

  private void look(Rising rising, long count) {
    long by = count - rising.stood;
    rising.stood = count;
    if (by > 0 && looked) {
      add(rising, by);
    }
    while (!rising.rises.isEmpty() && now - rising.rises.getFirst().nanos() >= keptNanos) {
      rising.rises.removeFirst();
    }
  }

  private void add(Rising rising, long by) {
    rising.rose = true;
    rising.lastNanos = now;
    Rise last = rising.rises.peekLast();
    if (last != null && now - last.nanos() < GRAIN_NANOS) {
      rising.rises.removeLast();
      rising.rises.addLast(new Rise(last.nanos(), last.by() + by));
    } else {
      rising.rises.addLast(new Rise(now, by));
    }
  }

  /** By how much a series rose within the last while, as of the last look. */
  synchronized long risen(String series) {
    Rising rising = bySeries.get(series);
    return rising == null ? 0 : rising.rises.stream().mapToLong(Rise::by).sum();
  }

  /** How long before the last look a series rose, however long; empty if it was never seen to. */
  synchronized OptionalLong nanosSince(String series) {
    Rising rising = bySeries.get(series);
    return rising == null || !rising.rose
        ? OptionalLong.empty()
        : OptionalLong.of(now - rising.lastNanos);
  }
}
