package io.ringtail.router.forward;

import io.ringtail.metrics.Mishaps;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests taken and not answered yet, and how old they are in seqs: samplers remember for them
 * what they have decided since (protocol A5, D4), also while a part waits for an epoch, or for a
 * link, and has no seq that counts.
 *
 * <p>Counted by windows of {@value #WINDOW_MILLIS} ms, so that a request costs two additions. Each
 * takes a seq that nothing is sent by: samplers may have been told that the log begins above the
 * newest one, and keep to it; what they decide once they have seen this one covers it. A window
 * counts to its end also if all its requests are answered, as more may come.
 *
 * <p>What was thrown somewhere may leave a request unanswered, which would keep samplers from ever
 * forgetting anything. So a window in which none can be open any more is given up. A process that
 * is stopped answers nothing, so of what lies between two looks no more than {@value #STILL_MILLIS}
 * ms count for that: whoever looks does so each 20 ms.
 *
 * <p>Threads: any.
 */
final class OpenRequests {
  static final long WINDOW_MILLIS = 100;
  static final long STILL_MILLIS = 300;
  private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(WINDOW_MILLIS);
  private static final long STILL_NANOS = TimeUnit.MILLISECONDS.toNanos(STILL_MILLIS);

  private final Seqs seqs;
  private final Duration atMost;
  private final Mishaps mishaps;
  private final LongSupplier nanoTime;

  /** The oldest first. */
  private final ArrayDeque<Window> windows = new ArrayDeque<>();

  private long lookedNanos;

  /** How long this process stood still, as far as looks tell. */
  private long stoodNanos;

  /** Where requests are counted, if there is one that is not over. */
  private volatile @Nullable Window current;

  /** Requests of one window, counted; to be run for each that is answered. */
  private static final class Window implements Runnable {
    private final long seq;
    private final long openedNanos;
    private final long stoodBeforeNanos;
    private final AtomicLong open = new AtomicLong();

    Window(long seq, long openedNanos, long stoodBeforeNanos) {
      this.seq = seq;
      this.openedNanos = openedNanos;
      this.stoodBeforeNanos = stoodBeforeNanos;
    }

    @Override
    public void run() {
      open.decrementAndGet();
    }

    boolean isOlder(long nanos, long nowNanos) {
      return nowNanos - openedNanos >= nanos;
    }

    /** Not counting how long the process stood still since. */
    boolean isOlderAwake(long nanos, long nowNanos, long stoodNanos) {
      return isOlder(nanos + stoodNanos - stoodBeforeNanos, nowNanos);
    }
  }

  /**
   * @param atMost no request is open for longer, unless it is never answered
   */
  OpenRequests(Seqs seqs, Duration atMost, Mishaps mishaps, LongSupplier nanoTime) {
    this.seqs = seqs;
    this.atMost = atMost;
    this.mishaps = mishaps;
    this.nanoTime = nanoTime;
    this.lookedNanos = nanoTime.getAsLong();
  }

  /**
   * A request is taken. Allocates nothing once it is counted.
   *
   * @return to be run once, when it is answered
   */
  Runnable begin() {
    while (true) {
      Window of = window();
      of.open.incrementAndGet();
      if (of == current) {
        return of;
      }
      of.open.decrementAndGet(); // it may have gone before this was counted
    }
  }

  private Window window() {
    Window present = current;
    return present == null || present.isOlder(WINDOW_NANOS, nanoTime.getAsLong())
        ? next()
        : present;
  }

  private synchronized Window next() {
    letGo();
    Window present = current;
    if (present == null) {
      present = new Window(seqs.next(), lookedNanos, stoodNanos);
      windows.add(present);
      current = present;
    }
    return present;
  }

  /**
   * Not above a seq that was taken for the oldest of them, which those of its parts are above; the
   * greatest long if there are none.
   */
  synchronized long oldestSeq() {
    letGo();
    Window oldest = windows.peek();
    return oldest == null ? Long.MAX_VALUE : oldest.seq;
  }

  /** Nobody comes to a window that is over: it goes when its requests are answered. */
  private void letGo() {
    long nowNanos = nanoTime.getAsLong();
    stoodNanos += Math.max(0, nowNanos - lookedNanos - STILL_NANOS);
    lookedNanos = nowNanos;
    Window present = current;
    if (present != null && present.isOlder(WINDOW_NANOS, nowNanos)) {
      current = null; // before its count is read: who is counted later sees it
    }
    windows.removeIf(w -> w != current && w.open.get() == 0);
    long leakedNanos = atMost.toNanos() + WINDOW_NANOS;
    for (Window w = windows.peek();
        w != null && w.isOlderAwake(leakedNanos, nowNanos, stoodNanos);
        w = windows.peek()) {
      windows.remove();
      mishaps.happened(
          "event=requests-never-answered requests=" + w.open,
          new IllegalStateException("open for more than " + atMost));
    }
  }

  /** How many there are. */
  synchronized long count() {
    return windows.stream().mapToLong(w -> w.open.get()).sum();
  }
}
