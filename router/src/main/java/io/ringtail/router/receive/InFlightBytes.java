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
   * Takes {@code count} bytes of the budget, or none.
   *
   * @return false if there is no room
   */
  boolean reserve(long count) {
    if (bytes.addAndGet(count) <= maxBytes) {
      return true;
    }
    bytes.addAndGet(-count);
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
