package io.ringtail.router.receive;

import java.util.concurrent.atomic.AtomicLong;

/** The budget for requests that are being received or not yet answered, in bytes. Threads: any. */
final class InFlightBytes {
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong incoming = new AtomicLong();
  private final long maxBytes;
  private final long maxIncoming;

  /**
   * @param maxIncoming of requests that are not whole yet
   */
  InFlightBytes(long maxBytes, long maxIncoming) {
    this.maxBytes = maxBytes;
    this.maxIncoming = maxIncoming;
  }

  /**
   * Takes {@code count} bytes of the budget for a request that is not whole, or none.
   *
   * @return false if there is no room
   */
  boolean reserveIncoming(long count) {
    long before = incoming.get();
    while (count <= maxIncoming - before) {
      if (incoming.compareAndSet(before, before + count)) {
        if (reserve(count)) {
          return true;
        }
        incoming.addAndGet(-count);
        return false;
      }
      before = incoming.get();
    }
    return false;
  }

  /** A request is whole, or will never be; what it holds in all is not changed by that. */
  void releaseIncoming(long count) {
    incoming.addAndGet(-count);
  }

  long incoming() {
    return incoming.get();
  }

  long maxIncoming() {
    return maxIncoming;
  }

  /**
   * Takes {@code count} bytes of the budget, or none; gives some back if it is negative. What is
   * refused is never in the way of others.
   *
   * @return false if there is no room
   */
  boolean reserve(long count) {
    if (count <= 0) {
      release(-count);
      return true;
    }
    long taken = bytes.get();
    while (count <= maxBytes - taken) {
      if (bytes.compareAndSet(taken, taken + count)) {
        return true;
      }
      taken = bytes.get();
    }
    return false;
  }

  void release(long count) {
    bytes.addAndGet(-count);
  }

  boolean spent() {
    return bytes.get() >= maxBytes;
  }

  long bytes() {
    return bytes.get();
  }

  long maxBytes() {
    return maxBytes;
  }
}
