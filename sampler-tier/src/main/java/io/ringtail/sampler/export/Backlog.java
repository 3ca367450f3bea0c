package io.ringtail.sampler.export;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one destination has taken and not answered, as far as it is in memory, bounded in bytes; and
 * the traces of it that are not gathered yet. Threads: {@link #peek} and {@link #remove} the
 * destination's own, all else any.
 */
final class Backlog {
  private final long maxBytes;
  private final AtomicLong reservedBytes = new AtomicLong();
  private final AtomicLong spans = new AtomicLong();
  private final Queue<KeptTrace> offered = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;

  Backlog(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Sets room aside; false if there is none. A trace larger than the queue goes in alone.
   *
   * @param bytes {@link Batch#costBytes} of the trace
   */
  boolean tryReserve(int bytes) {
    long reserved = reservedBytes.get();
    while ((reserved == 0 || reserved + bytes <= maxBytes) && !stopping) {
      if (reservedBytes.compareAndSet(reserved, reserved + bytes)) {
        return true;
      }
      reserved = reservedBytes.get();
    }
    return false;
  }

  /** Takes more, or gives back, whatever the limit. */
  void addBytes(long bytes) {
    reservedBytes.addAndGet(bytes);
  }

  /**
   * Takes a trace for which room was set aside.
   *
   * @param trace consumed by who removes it
   */
  void add(KeptTrace trace) {
    spans.addAndGet(trace.spanCount());
    offered.add(trace);
  }

  /** The oldest trace that is not gathered. */
  @Nullable KeptTrace peek() {
    return offered.peek();
  }

  void remove() {
    offered.remove();
  }

  /** Traces with so many spans are answered. */
  void answered(int spanCount) {
    spans.addAndGet(-spanCount);
  }

  /** Refuses what is offered from now on. */
  void stopTaking() {
    stopping = true;
  }

  boolean stopping() {
    return stopping;
  }

  long bytes() {
    return reservedBytes.get();
  }

  long spans() {
    return spans.get();
  }

  boolean isEmpty() {
    return reservedBytes.get() == 0;
  }

  boolean isOverHalf() {
    return reservedBytes.get() > maxBytes / 2;
  }
}
