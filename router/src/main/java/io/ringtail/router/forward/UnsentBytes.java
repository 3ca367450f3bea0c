package io.ringtail.router.forward;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes given to gRPC and not sent: it copies a message into memory outside the heap when it is
 * given one, however far behind the receiver is. A link gives it one message beyond what it says it
 * takes; so messages are the smaller the more links there are, and while the sum is too large no
 * link gives it any.
 *
 * <p>Threads: any.
 */
final class UnsentBytes {
  private static final int LEAST_MESSAGE_BYTES = 64 << 10;

  private final long maxBytes;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger links = new AtomicInteger();

  UnsentBytes(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  void linkAdded() {
    links.incrementAndGet();
  }

  void linkRemoved() {
    links.decrementAndGet();
  }

  /** Whether a link may give gRPC a message. */
  boolean hasRoom() {
    return bytes.get() < maxBytes;
  }

  /**
   * Of one message, about: half of all there is, were each link to send one.
   *
   * @param configured most
   */
  int messageBytes(int configured) {
    long fair = maxBytes / 2 / Math.max(1, links.get());
    return (int) Math.min(configured, Math.max(LEAST_MESSAGE_BYTES, fair));
  }

  void given(long count) {
    bytes.addAndGet(count);
  }

  void sent(long count) {
    bytes.addAndGet(-count);
  }

  long bytes() {
    return bytes.get();
  }

  long maxBytes() {
    return maxBytes;
  }
}
