package io.ringtail.router.receive;

import java.util.concurrent.atomic.AtomicLong;

/** The budget for requests that are being received or not yet answered, in bytes. Threads: any. */
final class InFlightBytes {
  private final AtomicLong bytes = new AtomicLong();
  private final long maxBytes;

  InFlightBytes(long maxBytes) {
    this.maxBytes = maxBytes;
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
