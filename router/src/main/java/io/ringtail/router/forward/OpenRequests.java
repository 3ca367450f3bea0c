package io.ringtail.router.forward;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Requests taken and not answered yet, and how old they are in seqs: samplers remember for them
 * what they have decided since (protocol A5, D4), also while a part waits for an epoch, or for a
 * link, and has no seq that counts.
 *
 * <p>Counted by windows of {@value #WINDOW_MILLIS} ms, so that a request costs two additions.
 * Threads: any.
 */
final class OpenRequests {
  static final long WINDOW_MILLIS = 100;

  private final Seqs seqs;
  private final LongSupplier nanoTime;

  /** The oldest first; those that are empty are removed when they are looked at. */
  private final ArrayDeque<Window> windows = new ArrayDeque<>();

  private volatile Window current;

  /** Requests of one window, counted. */
  private static final class Window {
    private final long seq;
    private final long openedNanos;
    private final AtomicLong open = new AtomicLong();

    Window(long seq, long openedNanos) {
      this.seq = seq;
      this.openedNanos = openedNanos;
    }
  }

  OpenRequests(Seqs seqs, LongSupplier nanoTime) {
    this.seqs = seqs;
    this.nanoTime = nanoTime;
    this.current = new Window(seqs.last(), nanoTime.getAsLong());
    windows.add(current);
  }

  /**
   * A request is taken.
   *
   * @return to be run once, when it is answered
   */
  Runnable begin() {
    Window of = window();
    of.open.incrementAndGet();
    while (of != current) { // it may have been removed before it was counted
      of.open.decrementAndGet();
      of = window();
      of.open.incrementAndGet();
    }
    return of.open::decrementAndGet;
  }

  private Window window() {
    Window present = current;
    return isOver(present) ? next() : present;
  }

  private boolean isOver(Window window) {
    return nanoTime.getAsLong() - window.openedNanos >= WINDOW_MILLIS * 1_000_000;
  }

  private synchronized Window next() {
    if (isOver(current)) {
      removeEmpty();
      current = new Window(seqs.last(), nanoTime.getAsLong());
      windows.add(current);
    }
    return current;
  }

  /** Not above the newest seq when the oldest of them was taken; the greatest long if none is. */
  synchronized long oldestSeq() {
    removeEmpty();
    return windows.stream()
        .filter(w -> w.open.get() > 0)
        .mapToLong(w -> w.seq)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private void removeEmpty() {
    windows.removeIf(w -> w != current && w.open.get() == 0);
  }

  /** How many there are. */
  synchronized long count() {
    return windows.stream().mapToLong(w -> w.open.get()).sum();
  }
}
